import { randomUUID } from 'node:crypto';
import { db } from '../db/client.ts';
import { earningsMatured } from '../lib/earnings/postings.ts';
import { lockAccounts, post } from '../lib/ledger/post.ts';
import { manualCredit, type Posting } from '../lib/ledger/postings.ts';
import { DOLLAR } from '../lib/money.ts';
import { payoutPaid, payoutReserved } from '../lib/payouts/postings.ts';
import { refundReserved, refundSent } from '../lib/refunds/postings.ts';
import { disputeOpened, disputeWon, providerFee, topUpCredited } from '../lib/top-ups/postings.ts';

const providers = ['stripe', 'paypal', 'btcpay', 'manual'];

/** A renter who pays in and an owner who is paid. */
export type Couple = { renterId: string; ownerId: string };

/** Records, one transaction after another, everything that can happen to money but usage; answers how many postings. */
export async function recordLife({ renterId, ownerId }: Couple): Promise<number> {
  const provider = providers[Math.floor(Math.random() * providers.length)] ?? 'manual';
  const about = { provider, at: new Date() };
  const received = { currency: 'USD', amount: 20n * DOLLAR };
  const [paymentId, topUpId] = [randomUUID(), randomUUID()];
  const ofRenter = { ...about, userId: renterId, id: randomUUID() };
  const refund = { ...ofRenter, amount: 3n * DOLLAR };
  const dispute = { ...ofRenter, amount: 10n * DOLLAR };
  const payout = { ...about, userId: ownerId, id: randomUUID(), amount: DOLLAR };
  const credit = { userId: renterId, amount: DOLLAR, reason: 'bench', adminId: renterId, key: randomUUID() };
  const transactions: Posting[][] = [
    [
      topUpCredited({ ...about, paymentId, topUpId, userId: renterId, received, credited: received.amount, round: 1 }),
      providerFee({ ...about, paymentId, currency: 'USD', amount: DOLLAR / 2n }),
    ],
    [refundReserved(refund)],
    [refundSent({ ...refund, units: null })],
    [manualCredit({ ...credit, at: about.at })],
    [disputeOpened({ ...dispute, fromWallet: dispute.amount, fee: 15n * DOLLAR })],
    [disputeWon({ ...dispute, toReceivable: 0n })],
    [earningsMatured({ ownerId, amount: 2n * DOLLAR, key: payout.id, at: about.at })],
    [payoutReserved(payout)],
    [payoutPaid({ ...payout, fee: DOLLAR / 4n, units: null })],
  ];
  for (const postings of transactions) await record(postings);
  return transactions.flat().length;
}

function record(postings: Posting[]) {
  return db.transaction(async (tx) => {
    const lines = postings.flatMap((posting) => posting.lines);
    await lockAccounts(
      tx,
      lines.map(({ account }) => account),
    );
    for (const posting of postings) await post(tx, posting);
  });
}
