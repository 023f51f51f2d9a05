import { eq, sql } from 'drizzle-orm';
import { afterEach, expect, test } from 'vitest';
import { db } from '#db/client';
import { users } from '#db/schema/accounts';
import { DOLLAR } from '../money.ts';
import { declinePayout, freezePayouts, requestPayout, thawPayouts, withdrawPayout } from './commands.ts';
import { clearHeldPayouts } from './holds.ts';
import { checkPayouts, submitPayouts, syncPayout } from './sending.ts';
import {
  availableOf,
  expectBooks,
  hoursAfter,
  lettersTo,
  makePayee,
  openHouse,
  payoutOf,
  subjectsTo,
  treasuryOf,
} from './testing.ts';

afterEach(expectBooks);

/** An owner who has just asked to be paid `available`, less what is below a cent. */
async function askedPayout(house = openHouse(), available = 30_004_321n) {
  const treasury = treasuryOf([house.provider]);
  const ownerId = await makePayee(treasury, available);
  const asked = await requestPayout(treasury, { ownerId, at: hoursAfter(0) });
  const payoutId = asked.ok ? asked.value.payoutId : '';
  return { house, treasury, ownerId, payoutId, key: `payout:${payoutId}` };
}

test('an owner is paid in whole cents, and what is below a cent stays', async () => {
  const { house, treasury, ownerId, payoutId, key } = await askedPayout();
  expect(await availableOf(ownerId)).toBe(4_321n);
  await submitPayouts(treasury, { at: hoursAfter(0) });
  expect(await payoutOf(payoutId)).toMatchObject({ state: 'submitted', amount: 30n * DOLLAR, reference: `ref-${key}` });
  expect(house.known.get(key)).toMatchObject({ amount: 30n * DOLLAR, destination: `${ownerId}@house.example` });

  house.decide(payoutId, 'paid');
  await checkPayouts(treasury, { at: hoursAfter(0.02) });
  expect(await payoutOf(payoutId)).toMatchObject({ state: 'submitted' });
  await checkPayouts(treasury, { at: hoursAfter(0.04) });
  expect(await payoutOf(payoutId)).toMatchObject({ state: 'paid', fee: 250_000n, checkAt: null });
  expect(await availableOf(ownerId)).toBe(4_321n);
  expect(await subjectsTo(ownerId)).toEqual(['Where you are paid was changed', '$30.00 has been paid to you']);
});

test('a house that pays at once is believed at once', async () => {
  const { treasury, payoutId } = await askedPayout(Object.assign(openHouse(), { answers: 'paid' }));
  await submitPayouts(treasury, { at: hoursAfter(0) });
  expect(await payoutOf(payoutId)).toMatchObject({ state: 'paid' });
});

test('a payout whose answer was lost is looked for, and not paid again', async () => {
  const { house, treasury, payoutId } = await askedPayout();
  house.trouble.push('lostAfter');
  await submitPayouts(treasury, { at: hoursAfter(0) });
  expect(await payoutOf(payoutId)).toMatchObject({ state: 'unknown', problem: 'house: is in trouble' });
  await submitPayouts(treasury, { at: hoursAfter(1) });
  await checkPayouts(treasury, { at: hoursAfter(1) });
  expect(await payoutOf(payoutId)).toMatchObject({ state: 'submitted', problem: null });
  expect(house).toMatchObject({ calls: 1 });
});

test('a payout that the house never heard of is sent again under the same key, later and later', async () => {
  const { house, treasury, payoutId } = await askedPayout();
  house.trouble.push('lostBefore', 'notDone');
  await submitPayouts(treasury, { at: hoursAfter(0) });
  expect(await payoutOf(payoutId)).toMatchObject({ state: 'unknown' });
  await checkPayouts(treasury, { at: hoursAfter(0.1) });
  const waiting = await payoutOf(payoutId);
  expect(waiting).toMatchObject({ state: 'reserved' });
  await submitPayouts(treasury, { at: waiting.checkAt ?? hoursAfter(0) });
  const again = await payoutOf(payoutId);
  expect(again).toMatchObject({ state: 'reserved', calledAt: hoursAfter(0) });
  const pause = (row: typeof again) => Number(row.checkAt) - Number(row.stateSince);
  expect(pause(again)).toBeGreaterThan(pause(waiting));
  await submitPayouts(treasury, { at: again.checkAt ?? hoursAfter(0) });
  expect(await payoutOf(payoutId)).toMatchObject({ state: 'submitted' });
  expect([house.calls, house.known.size]).toEqual([3, 1]);
});

test('a house that cannot look payouts up is asked by beginning again while it remembers the key, and never after', async () => {
  const house = openHouse({ looksUp: false });
  const { treasury, payoutId } = await askedPayout(house);
  house.trouble.push('lostBefore', 'lostBefore');
  await submitPayouts(treasury, { at: hoursAfter(0) });
  await expect(checkPayouts(treasury, { at: hoursAfter(1) })).rejects.toThrow(payoutId);
  expect(await payoutOf(payoutId)).toMatchObject({ state: 'unknown' });
  expect(house.calls).toBe(2);
  await expect(syncPayout(treasury, { payoutId, at: hoursAfter(23.5) })).rejects.toThrow('is in trouble');
  expect(house.calls).toBe(2);
  await syncPayout(treasury, { payoutId, at: hoursAfter(22) });
  expect(await payoutOf(payoutId)).toMatchObject({ state: 'submitted' });
  expect(house.calls).toBe(3);
});

test('a payout that a house refuses to begin all night is paid in the morning, under the same key', async () => {
  const house = openHouse({ looksUp: false });
  Object.assign(house.provider, { keyHours: 6, payoutKeyHours: 30 * 24 });
  const { treasury, payoutId } = await askedPayout(house);
  house.trouble.push('notDone', 'notDone', 'notDone', 'notDone');
  for (const hours of [0, 1, 3, 12, 36]) await submitPayouts(treasury, { at: hoursAfter(hours) });
  expect(await payoutOf(payoutId)).toMatchObject({ state: 'submitted' });
  expect([house.calls, house.known.size]).toEqual([5, 1]);
});

test('a payout that is refused or comes back is its owner’s again, who is told why in plain words', async () => {
  for (const [state, from] of [
    ['failed', 'submitted'],
    ['returned', 'unclaimed'],
    ['returned', 'paid'],
  ] as const) {
    const { house, treasury, ownerId, payoutId } = await askedPayout();
    house.answers = from;
    await submitPayouts(treasury, { at: hoursAfter(0) });
    expect(await payoutOf(payoutId)).toMatchObject({ state: from });
    house.decide(payoutId, state);
    await syncPayout(treasury, { payoutId, at: hoursAfter(1) });
    await syncPayout(treasury, { payoutId, at: hoursAfter(1) });
    expect(await payoutOf(payoutId)).toMatchObject({ state, problem: 'the account is closed' });
    expect(await availableOf(ownerId)).toBe(30_004_321n);
    expect((await lettersTo(ownerId)).at(-1)).toContain('the account is closed');
  }
});

test('what a house has not decided for long is asked about once a day', async () => {
  const { house, treasury, payoutId } = await askedPayout();
  house.answers = 'unclaimed';
  await submitPayouts(treasury, { at: hoursAfter(0) });
  const asked = [];
  for (let hour = 0; hour < 96; hour++) {
    const before = (await payoutOf(payoutId)).checks;
    await checkPayouts(treasury, { at: hoursAfter(hour) });
    if ((await payoutOf(payoutId)).checks > before) asked.push(hour);
  }
  expect(asked.length).toBeLessThan(9);
  expect(asked.slice(-2).reduce((a, b) => b - a)).toBe(24);
});

test('a payout for a frozen or a suspended owner does not leave, and leaves when that is over', async () => {
  const { house, treasury, ownerId, payoutId } = await askedPayout();
  await db.transaction((tx) => freezePayouts(tx, { userId: ownerId, at: hoursAfter(0) }));
  await submitPayouts(treasury, { at: hoursAfter(0) });
  expect(await payoutOf(payoutId)).toMatchObject({ state: 'held', heldFor: 'frozen' });
  await db.transaction((tx) => thawPayouts(tx, { userId: ownerId }));
  await db
    .update(users)
    .set({ suspendedAt: hoursAfter(0) })
    .where(eq(users.id, ownerId));
  await clearHeldPayouts(treasury, { at: hoursAfter(1) });
  expect(await payoutOf(payoutId)).toMatchObject({ state: 'held', heldFor: 'frozen' });
  await db.update(users).set({ suspendedAt: null }).where(eq(users.id, ownerId));
  await clearHeldPayouts(treasury, { at: hoursAfter(1) });
  await submitPayouts(treasury, { at: hoursAfter(1) });
  expect(await payoutOf(payoutId)).toMatchObject({ state: 'submitted' });
  expect(house.calls).toBe(1);
});

test('nobody takes a payout back once somebody was asked to carry it out', async () => {
  const { house, treasury, ownerId, payoutId } = await askedPayout();
  house.trouble.push('notDone');
  await submitPayouts(treasury, { at: hoursAfter(0) });
  expect(await payoutOf(payoutId)).toMatchObject({ state: 'reserved' });
  const at = hoursAfter(1);
  expect(await withdrawPayout(treasury, { payoutId, ownerId, at })).toEqual({ ok: false, reason: 'tooLate' });
  await db.transaction((tx) => freezePayouts(tx, { userId: ownerId, at }));
  await submitPayouts(treasury, { at });
  const declined = { payoutId, reason: 'just so', adminId: ownerId, address: null, at };
  expect(await declinePayout(treasury, declined)).toEqual({ ok: false, reason: 'notHeld' });
});

test('ten processes that send at once pay once', async () => {
  const { house, treasury, payoutId } = await askedPayout();
  await Promise.all(Array.from({ length: 10 }, () => submitPayouts(treasury, { at: hoursAfter(0) })));
  expect(await payoutOf(payoutId)).toMatchObject({ state: 'submitted' });
  expect([house.calls, house.known.size]).toEqual([1, 1]);
});

test('fifteen webhooks at once, and again, settle a payout once', async () => {
  const { house, treasury, ownerId, payoutId } = await askedPayout();
  await submitPayouts(treasury, { at: hoursAfter(0) });
  house.decide(payoutId, 'paid');
  const webhook = () => syncPayout(treasury, { payoutId, at: hoursAfter(1) });
  for (const _ of [1, 2, 3]) await Promise.all(Array.from({ length: 15 }, webhook));
  const { rows } = await db.execute(sql`select 1 from ledger_transactions where key = ${`payout:${payoutId}:paid`}`);
  expect(rows.length).toBe(1);
  expect((await subjectsTo(ownerId)).filter((subject) => subject.includes('paid to you'))).toHaveLength(1);
});

test('a payout through a house that is not configured any more waits for it', async () => {
  const { house, treasury, payoutId } = await askedPayout();
  await submitPayouts(treasuryOf([]), { at: hoursAfter(0) });
  await syncPayout(treasuryOf([]), { payoutId, at: hoursAfter(0) });
  expect(await payoutOf(payoutId)).toMatchObject({ state: 'reserved' });
  await submitPayouts(treasury, { at: hoursAfter(0) });
  expect(house.calls).toBe(1);
});
