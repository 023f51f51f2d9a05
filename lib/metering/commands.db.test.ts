import fc from 'fast-check';
import { expect, test } from 'vitest';
import { db, pool } from '#db/client';
import { getWallet } from '../ledger/balances.ts';
import { checkInvariants } from '../ledger/invariants.ts';
import { getTrialBalance } from '../ledger/trial-balance.ts';
import { closeMeter, postUsage, tickMeters } from './commands.ts';
import { feeOf, grossOf } from './meter.ts';
import { getRentalCost, listCharges } from './queries.ts';
import { after, makeRental, makeUser, prove, start } from './testing.ts';

/** Ten thousand micro-dollars a second. */
const CENT_A_SECOND = 36_000_000n;
const close = (rentalId: string, at: Date) => db.transaction((tx) => closeMeter(tx, { rentalId, at }));
const broken = async () => (await checkInvariants()).filter(({ ok }) => !ok);
async function uncollected() {
  const [dollars] = await getTrialBalance();
  return dollars?.lines.find(({ kind }) => kind === 'uncollected')?.debit ?? 0n;
}

test('a rental costs its rate for the proven time, and nothing for a gap', async () => {
  const renter = await makeUser(1_000_000n);
  const rental = await makeRental(renter, { ownerId: await makeUser(), rate: 3_600_000n });
  await prove(rental, 0, 60);
  await prove(rental, 100, 110);
  await tickMeters({ at: after(120) });
  expect(await getRentalCost(rental)).toEqual({ billableMs: 70_000n, gross: 70_000n });

  await postUsage({ at: after(3600) });
  await close(rental, after(3601));
  expect(await getWallet(renter, after(3601))).toMatchObject({ balance: 930_000n, unposted: 0n, burnPerHour: 0n });
  expect(await listCharges(rental)).toMatchObject([{ gross: 70_000n, fee: 7000n, connectedMs: 70_000n }]);
});

test('a rental is billed to its end and not beyond, though proofs go on', async () => {
  const rental = await makeRental(await makeUser(1_000_000n), { rate: 3_600_000n });
  await prove(rental, 0, 100);
  await close(rental, after(90));
  await prove(rental, 0, 200);
  await tickMeters({ at: after(200) });
  await close(rental, after(200));
  expect(await getRentalCost(rental)).toEqual({ billableMs: 90_000n, gross: 90_000n });
  expect(await listCharges(rental)).toHaveLength(1);
});

test('time before a rental became active is free', async () => {
  const rental = await makeRental(await makeUser(1_000_000n), { rate: 3_600_000n });
  await prove(rental, -30, 10);
  await tickMeters({ at: after(60) });
  expect((await getRentalCost(rental)).billableMs).toBe(10_000n);
});

test('counting and posting twice, at once, out of order or after eight days come to the same', async () => {
  const renter = await makeUser(1_000_000n);
  const rental = await makeRental(renter, { rate: 3_600_000n });
  await prove(rental, 0, 60);
  const [now, muchLater] = [after(60), after(8 * 86_400)];
  await Promise.all([muchLater, now, now, muchLater].map((at) => tickMeters({ at })));
  await Promise.all([muchLater, now, now, muchLater].map((at) => postUsage({ at })));
  await Promise.all([tickMeters({ at: now }), postUsage({ at: now }), close(rental, now), close(rental, muchLater)]);
  expect(await listCharges(rental)).toMatchObject([{ gross: 60_000n }]);
  expect(await getWallet(renter, muchLater)).toMatchObject({ balance: 940_000n });
});

test('a wallet ends at exactly zero, the owner is paid in full, and what is missing is uncollected', async () => {
  const [renter, ownerId, before] = [await makeUser(500_000n), await makeUser(), await uncollected()];
  const rental = await makeRental(renter, { ownerId, rate: CENT_A_SECOND });
  await prove(rental, 0, 60);
  await close(rental, after(60));
  expect(await getWallet(renter, after(60))).toMatchObject({ balance: 0n, spendable: 0n });
  expect(await uncollected()).toBe(before + 100_000n);
  expect(await listCharges(rental)).toMatchObject([{ gross: 600_000n, fee: 60_000n, uncollected: 100_000n }]);
});

test('two rentals on one wallet take what it has, the older one first, and not a micro-dollar more', async () => {
  const renter = await makeUser(700_001n);
  const older = await makeRental(renter, { rate: CENT_A_SECOND });
  const newer = await makeRental(renter, { rate: CENT_A_SECOND });
  for (const rental of [older, newer]) await prove(rental, 0, 60);
  await tickMeters({ at: after(60) });
  await postUsage({ at: after(60) });
  expect(await getWallet(renter, after(60))).toMatchObject({ balance: 0n });
  expect(await listCharges(older)).toMatchObject([{ gross: 600_000n, uncollected: 0n }]);
  expect(await listCharges(newer)).toMatchObject([{ gross: 600_000n, uncollected: 499_999n }]);
});

/** What can happen to a rental, each at so many microseconds after the last. */
const anyEvent = fc.record({
  wait: fc.nat(90_000_000),
  kind: fc.constantFrom('prove', 'prove', 'cut', 'tick', 'tickTwice', 'post', 'crash'),
});

test('for any course of connects, cuts, ticks, postings and crashes, the charge is the rate times the proven time', async () => {
  const rates = { rate: fc.bigInt(100n, 100_000_000n), feeBasisPoints: fc.integer({ min: 0, max: 10_000 }) };
  await fc.assert(
    fc.asyncProperty(fc.array(anyEvent, { maxLength: 25 }), fc.record(rates), async (events, terms) => {
      const renter = await makeUser(100_000_000_000n);
      const rental = await makeRental(renter, { ownerId: await makeUser(), ...terms });
      const { provenMs, elapsedMs } = await live(rental, events);
      await close(rental, after(elapsedMs / 1000));

      const charges = await listCharges(rental);
      const [gross, fee] = (['gross', 'fee'] as const).map((part) => charges.reduce((sum, c) => sum + c[part], 0n));
      expect(gross).toBe(grossOf(terms.rate, provenMs));
      expect(fee).toBe(feeOf(grossOf(terms.rate, provenMs), terms.feeBasisPoints));
      expect(await getRentalCost(rental)).toEqual({ billableMs: provenMs, gross });
      expect(provenMs).toBeLessThanOrEqual(BigInt(elapsedMs));
      expect(charges.every((charge) => charge.gross > 0n && charge.fee >= 0n && charge.connectedMs > 0n)).toBe(true);
    }),
    { numRuns: 40 },
  );
  expect(await broken()).toEqual([]);
});

/** Lets `events` happen and answers what a stopwatch beside them would show. */
async function live(rentalId: string, events: { wait: number; kind: string }[]) {
  const stretches: { from: number; to: number }[] = [];
  let [micros, linkUp] = [0, false];
  for (const { wait, kind } of events) {
    micros += wait;
    const at = after(Math.floor(micros / 1000) / 1000);
    if (kind === 'cut') linkUp = false;
    if (kind === 'prove') {
      const stretch = linkUp ? stretches.pop() : undefined;
      stretches.push({ from: stretch?.from ?? micros, to: micros });
      await proveMicros(rentalId, stretch?.from ?? micros, micros);
      linkUp = true;
    }
    if (kind === 'tick') await tickMeters({ at });
    if (kind === 'tickTwice') await Promise.all([tickMeters({ at }), tickMeters({ at })]);
    if (kind === 'post') await postUsage({ at });
    if (kind === 'crash') await expect(crashWhileClosing(rentalId, at)).rejects.toThrow('power cut');
  }
  const millis = (instant: number) => Math.floor(instant / 1000);
  const provenMs = stretches.reduce((sum, { from, to }) => sum + millis(to) - millis(from), 0);
  return { provenMs: BigInt(provenMs), elapsedMs: Math.ceil(micros / 1000) };
}

async function proveMicros(rentalId: string, from: number, to: number) {
  const instant = (micros: number) => `'${start.toISOString()}'::timestamptz + interval '${micros} microseconds'`;
  await pool.query(
    `insert into proof_intervals (rental_id, from_at, to_at) values ($1, ${instant(from)}, ${instant(to)})
     on conflict (rental_id, from_at) do update set to_at = excluded.to_at`,
    [rentalId],
  );
}

async function crashWhileClosing(rentalId: string, at: Date) {
  await db.transaction(async (tx) => {
    await closeMeter(tx, { rentalId, at });
    throw new Error('power cut');
  });
}
