import { expect, test } from 'vitest';
import { faultCredited } from '#lib/faults/postings';
import { manualCredit, type Posting, walletKinds } from '#lib/ledger/postings';
import { statementSheet } from '#lib/papers/statement';
import { refundFailed, refundFound, refundReserved } from '#lib/refunds/postings';
import * as topUps from '#lib/top-ups/postings';
import { unappliedCredited } from '#lib/unapplied/postings';
import { tellBooking } from './story.ts';

const at = new Date('2026-11-01T00:00:00.000Z');
const who = { userId: 'renter', provider: 'bank', adminId: 'admin', reason: 'a reason', key: 'key', id: 'id', at };
const sent = { ...who, amount: 5n };
const arrival = {
  ...who,
  paymentId: 'paid',
  topUpId: 'wished',
  received: { currency: 'USD', amount: 5n },
  credited: 5n,
  round: 1,
};
const lost = { written: 2n, clawedBack: [{ ownerId: 'owner', amount: 1n }] };

/** One of each posting that moves a wallet. */
const postings: Posting[] = [
  manualCredit(sent),
  unappliedCredited({ ...who, money: arrival.received, credited: 5n }),
  faultCredited({ ...who, ownerId: 'owner', fromOwner: 2n, fromBroker: 3n, chargeIds: '7' }),
  topUps.topUpCredited(arrival),
  topUps.topUpReversed({ ...arrival, fromWallet: 3n }),
  topUps.debtSettled(sent),
  topUps.disputeOpened({ ...sent, fromWallet: 3n, fee: 1n }),
  topUps.disputeWon({ ...sent, toReceivable: 2n }),
  topUps.disputeWonLate({ ...sent, ...lost }),
  refundReserved(sent),
  refundFailed({ ...sent, wasSent: false }),
  refundFound({ ...sent, fromWallet: 3n }),
];

const party = { name: 'Somebody', address: [], taxId: null };

test('every posting that moves a wallet has its own line, on the page and on the paper', () => {
  expect(postings.filter(({ lines }) => !lines.some(({ account }) => account.kind === 'wallet'))).toEqual([]);
  expect(postings.map(({ kind }) => kind).sort()).toEqual([...walletKinds].sort());

  const told = walletKinds.map((posting) => tellBooking({ posting, reason: null }, 'First Bank').title);
  const bookings = walletKinds.map((kind) => ({ kind, at, about: { provider: 'bank' }, amount: 0n }));
  const month = { opening: 0n, closing: 0n, owed: 0n, bookings, usage: [] };
  const sheet = statementSheet('2026-11-01', month, { from: party, to: party, nameOf: () => 'First Bank' });
  const [, ...sections] = sheet.sections;
  const printed = sections.flatMap(({ rows }) => rows.map(([, what]) => what));
  // One made at the provider differs from ours in its note.
  expect(new Set(told).size).toBe(walletKinds.length - 1);
  expect(new Set(printed).size).toBe(walletKinds.length);
});
