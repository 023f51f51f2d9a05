import { eq } from 'drizzle-orm';
import { afterEach, expect, test } from 'vitest';
import { db } from '#db/client';
import { auditLog } from '#db/schema/admin';
import { earnings } from '#db/schema/payments';
import { makeUser } from '../metering/testing.ts';
import { DOLLAR } from '../money.ts';
import { changePayoutTerms } from '../settings/commands.ts';
import {
  approvePayout,
  declinePayout,
  freezePayouts,
  requestPayout,
  requestWeeklyPayouts,
  setFrozen,
  setWeekly,
  withdrawPayout,
} from './commands.ts';
import { getPayoutDesk, listQueues } from './desk.ts';
import { getOwnerFunds, getPlan, listEarningsLines, listPayouts } from './queries.ts';
import {
  availableOf,
  earn,
  expectBooks,
  hoursAfter,
  lettersTo,
  makePayee,
  openHouse,
  payoutsOf,
  treasuryOf,
} from './testing.ts';

afterEach(expectBooks);

const treasury = treasuryOf([openHouse().provider]);
const ask = (ownerId: string, at = hoursAfter(0)) => requestPayout(treasury, { ownerId, at });

async function asked(amount: bigint) {
  const ownerId = await makePayee(treasury, amount);
  const outcome = await ask(ownerId);
  return { ownerId, payoutId: outcome.ok ? outcome.value.payoutId : '' };
}

test('below the minimum nothing is paid out, and at it all is', async () => {
  const ownerId = await makePayee(treasury, 20n * DOLLAR - 1n);
  expect(await ask(ownerId)).toEqual({ ok: false, reason: 'belowLeast' });
  await earn(ownerId, 1n);
  expect(await ask(ownerId)).toMatchObject({ ok: true });
  expect(await availableOf(ownerId)).toBe(0n);
});

test('an owner who asks twenty times at once has one payout', async () => {
  const ownerId = await makePayee(treasury, 33n * DOLLAR);
  const answers = await Promise.all(Array.from({ length: 20 }, () => ask(ownerId)));
  expect(answers.filter(({ ok }) => ok)).toHaveLength(1);
  expect(await payoutsOf(ownerId)).toMatchObject([{ amount: 33n * DOLLAR }]);
});

test('a large payout leaves when an admin has looked at it, who is on record', async () => {
  const { ownerId, payoutId } = await asked(500n * DOLLAR);
  expect(await payoutsOf(ownerId)).toMatchObject([{ state: 'held', heldFor: 'review' }]);
  const at = hoursAfter(1);
  expect((await getPayoutDesk({ at })).toApprove.map(({ id }) => id)).toContain(payoutId);
  const adminId = await makeUser();
  expect(await approvePayout(treasury, { payoutId, adminId, address: null, at })).toMatchObject({ ok: true });
  expect(await payoutsOf(ownerId)).toMatchObject([{ state: 'reserved', heldFor: null, approvedBy: adminId }]);
  expect((await getPayoutDesk({ at })).toApprove.map(({ id }) => id)).not.toContain(payoutId);
  expect(await db.select().from(auditLog).where(eq(auditLog.objectId, payoutId))).toMatchObject([
    { actorId: adminId, action: 'payoutApproved' },
  ]);
});

test('a payout that an admin declines is its owner’s again, who is told why', async () => {
  const { ownerId, payoutId } = await asked(600n * DOLLAR);
  const declined = {
    payoutId,
    reason: 'we do not know this account',
    adminId: ownerId,
    address: null,
    at: hoursAfter(1),
  };
  expect(await declinePayout(treasury, declined)).toMatchObject({ ok: true });
  expect(await declinePayout(treasury, declined)).toEqual({ ok: false, reason: 'notHeld' });
  expect(await availableOf(ownerId)).toBe(600n * DOLLAR);
  expect((await lettersTo(ownerId)).at(-1)).toContain('we do not know this account');
});

test('nobody takes somebody else’s payout back', async () => {
  const { ownerId, payoutId } = await asked(30n * DOLLAR);
  const stranger = await makeUser();
  const back = (who: string) => withdrawPayout(treasury, { payoutId, ownerId: who, at: hoursAfter(1) });
  expect(await back(stranger)).toEqual({ ok: false, reason: 'notFound' });
  expect(await availableOf(ownerId)).toBe(0n);
  expect(await back(ownerId)).toMatchObject({ ok: true });
  expect(await back(ownerId)).toMatchObject({ ok: true });
  expect(await availableOf(ownerId)).toBe(30n * DOLLAR);
});

test('whoever wants to be paid weekly is, once a Monday, also when the broker was away that morning', async () => {
  const ownerId = await makePayee(treasury, 30n * DOLLAR);
  const [monday, tuesday] = [new Date('2026-11-02T06:00:00Z'), new Date('2026-11-03T12:00:00Z')];
  await setWeekly({ ownerId, weekly: true, at: hoursAfter(0) });
  const run = (at: Date) => requestWeeklyPayouts(treasury, { at });
  await run(new Date(monday.getTime() - 1));
  expect(await payoutsOf(ownerId)).toEqual([]);
  await run(tuesday);
  expect(await payoutsOf(ownerId)).toHaveLength(1);
  await earn(ownerId, 40n * DOLLAR);
  await Promise.all([run(tuesday), run(tuesday)]);
  expect(await payoutsOf(ownerId)).toHaveLength(1);
  await run(new Date('2026-11-09T06:00:00Z'));
  expect(await payoutsOf(ownerId)).toMatchObject([{ amount: 30n * DOLLAR }, { amount: 40n * DOLLAR }]);
});

test('whoever turns weekly payouts on in the middle of a week is not paid before Monday', async () => {
  const ownerId = await makePayee(treasury, 30n * DOLLAR);
  await setWeekly({ ownerId, weekly: true, at: new Date('2026-11-04T12:00:00Z') });
  await requestWeeklyPayouts(treasury, { at: new Date('2026-11-04T12:00:01Z') });
  expect(await payoutsOf(ownerId)).toEqual([]);
});

test('a freeze stops payouts and nothing else, and leaves the plan as it was', async () => {
  const ownerId = await makePayee(treasury, 30n * DOLLAR);
  await setWeekly({ ownerId, weekly: true, at: hoursAfter(0) });
  await db.transaction((tx) => freezePayouts(tx, { userId: ownerId, at: hoursAfter(1) }));
  expect(await ask(ownerId)).toEqual({ ok: false, reason: 'frozen' });
  await earn(ownerId, DOLLAR);
  expect(await availableOf(ownerId)).toBe(31n * DOLLAR);
  const by = { adminId: ownerId, reason: 'it was a mistake', address: null, at: hoursAfter(2) };
  await setFrozen({ userId: ownerId, frozen: false, ...by });
  expect(await getPlan(ownerId)).toEqual({ weekly: true, frozen: false });
  expect(await ask(ownerId)).toMatchObject({ ok: true });
});

test('an admin changes the terms within reason, and new payouts follow them', async () => {
  const by = { adminId: await makeUser(), address: null, at: hoursAfter(0) };
  const change = (least: bigint, reviewFrom: bigint) => changePayoutTerms({ terms: { least, reviewFrom }, ...by });
  expect(await change(0n, 0n)).toEqual({ ok: false, reason: 'outOfRange' });
  expect(await change(-1n * DOLLAR, 10n ** 30n)).toEqual({ ok: false, reason: 'outOfRange' });
  expect(await change(50n * DOLLAR, 60n * DOLLAR)).toMatchObject({ ok: true });
  const [small, large] = [await makePayee(treasury, 49n * DOLLAR), await makePayee(treasury, 60n * DOLLAR)];
  expect(await ask(small)).toEqual({ ok: false, reason: 'belowLeast' });
  await ask(large);
  expect(await payoutsOf(large)).toMatchObject([{ heldFor: 'review' }]);
  expect(await change(20n * DOLLAR, 500n * DOLLAR)).toMatchObject({ ok: true });
});

test('an owner sees what is available, what matures when, and every line of the books about it', async () => {
  const { ownerId, payoutId } = await asked(30n * DOLLAR);
  await earn(ownerId, 2n * DOLLAR);
  const maturesAt = new Date('2026-12-01T00:00:00Z');
  await db.insert(earnings).values({ ownerId, day: '2026-11-20', gross: 10n, earned: 9n, maturesAt });
  await earn(ownerId, 9n, 'earnPending');
  expect(await getOwnerFunds(ownerId)).toEqual({
    available: 2n * DOLLAR,
    pending: 9n,
    onItsWay: 30n * DOLLAR,
    maturing: [{ maturesAt, amount: 9n, contested: false }],
    unattributed: 0n,
  });
  const { lines, hasMore } = await listEarningsLines(ownerId, { page: 1 });
  expect(lines.map(({ amount, kind }) => [amount, kind])).toEqual([
    [9n, 'payout:released'],
    [2n * DOLLAR, 'payout:released'],
    [-30n * DOLLAR, 'payout:reserve'],
    [30n * DOLLAR, 'payout:released'],
  ]);
  expect([lines[2]?.payoutId, hasMore]).toEqual([payoutId, false]);
  expect(await listPayouts(ownerId)).toMatchObject([{ id: payoutId, destination: `${ownerId}@house.example` }]);
  expect((await listQueues()).map(({ provider }) => provider)).toContain('house');
});
