import type { EarningsLine, PayoutLine } from '#lib/payouts/queries';
import type { HoldReason } from '#lib/payouts/terms';

/** What the state of a payout means to its owner; `by` is who pays it, `batched` whether an admin signs it. */
export function meaningOf(payout: PayoutLine, { by, batched }: { by: string; batched: boolean }): string {
  const onChain = batched && payout.state === 'submitted';
  if (onChain) return `Sent to ${by}. It counts as paid when enough blocks have followed.`;
  if (payout.state === 'held') return waitsFor(payout.heldFor as HoldReason | null, by);
  return {
    reserved: batched ? 'Waits for the next batch, which an admin signs.' : `Is sent to ${by} within minutes.`,
    signing: 'In a batch that an admin is signing.',
    submitting: `${by} is being asked to pay it.`,
    unknown: `${by} has not answered clearly. We ask until it does; nothing is lost, and nothing is paid twice.`,
    submitted: `Sent to ${by}, which has yet to say that it is paid.`,
    unclaimed: `${by} keeps it for you, and waits for you there.`,
    paid: `${by} says that it has arrived.`,
    returned: `${by} has sent it back${because(payout.problem)}. It is available again.`,
    failed: `${by} has refused it${because(payout.problem)}. It is available again.`,
    cancelled: payout.problem ? `An admin has declined it: ${payout.problem}` : 'It is available again.',
  }[payout.state];
}

function waitsFor(reason: HoldReason | null, by: string): string {
  if (reason === 'newDestination') return 'The destination is new; it leaves when that is 72 hours old.';
  if (reason === 'review') return 'An admin looks at payouts of this size first.';
  if (reason === 'notReady') return `${by} wants to know more about you first.`;
  return 'Your payouts are stopped for now. The admin of this broker can tell you why.';
}

const because = (problem: string | null) => (problem ? `: ${problem}` : '');

const lines: Record<EarningsLine['kind'], string> = {
  usage: 'Earned by your devices',
  earningsMatured: 'Became available',
  'payout:reserve': 'Set aside for a payout',
  'payout:released': 'Came back from a payout',
  'payout:cameBack': 'Came back after it was paid',
  faultCredit: 'Given back to a renter for a fault',
  'dispute:wonLate': 'Given back: its payer’s bank changed its mind',
  'dispute:lost': 'Taken back: its payer’s bank decided against the payment',
};

/** What a line of the books on earnings is about. */
export function lineWords(kind: EarningsLine['kind']): string {
  return lines[kind];
}
