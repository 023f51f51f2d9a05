import { lesser } from '../money.ts';

/** A charge as far as a credit for a fault is concerned; all in micro-dollars. */
export type FaultyCharge = {
  id: bigint;
  gross: bigint;
  fee: bigint;
  /** What the wallet could not pay: it cannot be given back. */
  uncollected: bigint;
  /** What was given back of it before. */
  credited: bigint;
};

/** What a credit gives back of one charge, and how much of that its owner had earned. */
export type FaultShare = { chargeId: bigint; amount: bigint; earned: bigint };

/** What can still be given back of a charge. */
export function creditableOf({ gross, uncollected, credited }: Omit<FaultyCharge, 'id' | 'fee'>): bigint {
  return gross - uncollected - credited;
}

/** Shares `amount` out over charges, the first ones first; null when they did not cost that much. */
export function shareOut(charges: FaultyCharge[], amount: bigint): FaultShare[] | null {
  let wanted = amount;
  const shares = charges.map((charge) => {
    const share = lesser(creditableOf(charge), wanted);
    wanted -= share;
    return { chargeId: charge.id, amount: share, earned: (share * (charge.gross - charge.fee)) / charge.gross };
  });
  return wanted > 0n ? null : shares.filter((share) => share.amount > 0n);
}
