import { randomUUID } from 'node:crypto';
import { eq } from 'drizzle-orm';
import { expect, test } from 'vitest';
import { db } from '#db/client';
import { unapplied, webhookEvents } from '#db/schema/payments';
import { getWallet } from '../ledger/balances.ts';
import { after, makeUser, start } from '../metering/testing.ts';
import { DOLLAR } from '../money.ts';
import { PaymentError } from '../payments/provider.ts';
import { beginTopUp } from '../top-ups/commands.ts';
import { money, scriptedProvider } from '../top-ups/testing.ts';
import { processDueWebhooks, receiveWebhook, replayWebhook } from './commands.ts';

const amount = 10n * DOLLAR;

/** A bank that signs its webhooks by a header, and can be away. */
async function openBank() {
  const mind = { away: false };
  const bank = scriptedProvider({
    async readWebhook(body, headers) {
      if (headers.get('signature') !== 'genuine') return null;
      return { type: 'paid', payoutKeys: [], ...JSON.parse(Buffer.from(body).toString()) };
    },
  });
  const { getTopUp } = bank.provider;
  bank.provider.getTopUp = async (reference) => {
    if (mind.away) throw new PaymentError(bank.provider.id, 'cannot be reached', 'notDone');
    return getTopUp(reference);
  };
  const userId = await makeUser();
  const wish = { userId, provider: bank.provider.id, amount, saveMethod: false, at: start };
  const begun = await beginTopUp(bank.treasury, wish);
  const topUpId = begun.ok ? begun.value.id : '';
  const payment = { id: 'pay-1', received: money(amount), fee: null, at: start };
  bank.tell(topUpId, { progress: { state: 'succeeded' }, payments: [payment] });
  const send = (event: object, signature = 'genuine') => {
    const body = Buffer.from(JSON.stringify(event));
    return receiveWebhook(bank.treasury, {
      provider: bank.provider.id,
      body,
      headers: new Headers({ signature }),
      at: start,
    });
  };
  const balance = async () => (await getWallet(userId, start)).balance;
  const inbox = () => db.select().from(webhookEvents).where(eq(webhookEvents.provider, bank.provider.id));
  const work = (seconds: number) => processDueWebhooks(bank.treasury, { at: after(seconds) });
  return { ...bank, mind, topUpId, reference: `ref-${topUpId}`, send, balance, inbox, work };
}

test('an event that came fifteen times at once, and again, is kept once and credits once', async () => {
  const { send, reference, work, balance, inbox } = await openBank();
  const event = { eventId: 'evt-1', references: [reference] };
  for (const _ of [1, 2, 3]) {
    const answers = await Promise.all(Array.from({ length: 15 }, () => send(event)));
    expect(answers.every(({ ok }) => ok)).toBe(true);
  }
  await Promise.all([work(1), work(1)]);
  expect(await balance()).toBe(amount);
  expect(await inbox()).toMatchObject([{ attempts: 1, processedAt: after(1) }]);
});

test('an event that is not authentic is refused and leaves nothing', async () => {
  const { send, reference, inbox } = await openBank();
  expect(await send({ eventId: 'evt-1', references: [reference] }, 'forged')).toEqual({
    ok: false,
    reason: 'notAuthentic',
  });
  expect(await inbox()).toEqual([]);
});

test('an event never decides anything: what is true is asked', async () => {
  const { send, reference, work, balance, tell, topUpId } = await openBank();
  tell(topUpId, { progress: { state: 'pending' }, payments: [] });
  await send({ eventId: 'evt-1', references: [reference] });
  await work(1);
  expect(await balance()).toBe(0n);
});

test('an event whose provider is away is tried again, waits for an admin in the end, and can be played again', async () => {
  const { send, reference, work, balance, inbox, mind } = await openBank();
  mind.away = true;
  await send({ eventId: 'evt-1', references: [reference] });
  const day = 24 * 3600;
  for (let round = 0; round < 14; round++) await work(round * day);
  const [event] = await inbox();
  expect(event).toMatchObject({ attempts: 12, processedAt: null, deadAt: expect.any(Date) });
  expect(event?.problem).toContain('cannot be reached');

  mind.away = false;
  await work(20 * day);
  expect(await balance()).toBe(0n);
  const adminId = await makeUser();
  await replayWebhook({ eventId: event?.id ?? 0n, adminId, address: '192.0.2.1', at: after(20 * day) });
  await work(20 * day);
  expect(await balance()).toBe(amount);
});

test('an event about something that is none of ours is kept for an admin when money came with it', async () => {
  const { send, work, provider, treasury } = await openBank();
  const stranger = `ref-${randomUUID()}`;
  const known = provider.getTopUp;
  provider.getTopUp = async (reference) =>
    reference === stranger ? { ...(await known(`ref-${randomUUID()}`).catch(() => strangerStatus)) } : known(reference);
  await send({ eventId: 'evt-9', references: [stranger] });
  await work(1);
  const found = await db.select().from(unapplied).where(eq(unapplied.reference, stranger));
  expect(found).toMatchObject([{ provider: [...treasury.providers.keys()][0], reason: 'unknownTopUp' }]);
});

test('an event that breaks something of ours waits its turn, is given up in the end, and holds up no other', async () => {
  const { send, reference, work, balance, inbox, provider } = await openBank();
  const { getTopUp } = provider;
  provider.getTopUp = async (asked) => {
    if (asked === 'poison') throw new RangeError('a figure of ours');
    return getTopUp(asked);
  };
  await send({ eventId: 'evt-1', references: ['poison'] });
  await send({ eventId: 'evt-2', references: [reference] });
  await expect(work(1)).rejects.toMatchObject({ errors: [new RangeError('a figure of ours')] });
  expect(await balance()).toBe(amount);
  for (let round = 1; round < 14; round++) await work(round * 24 * 3600).catch(() => {});
  const poison = (await inbox()).find(({ eventId }) => eventId === 'evt-1');
  expect(poison).toMatchObject({ deadAt: expect.any(Date), problem: expect.not.stringContaining('figure') });
});

test('money of a second payment under the name of one top-up is kept for an admin', async () => {
  const { send, reference, topUpId, work, balance, provider } = await openBank();
  const { getTopUp } = provider;
  const second = `second-${randomUUID()}`;
  provider.getTopUp = async (asked) => (asked === second ? { ...strangerStatus, topUpId } : getTopUp(asked));
  for (const [eventId, named] of [
    ['evt-1', reference],
    ['evt-2', second],
  ])
    await send({ eventId, references: [named] });
  await work(1);
  expect(await balance()).toBe(amount);
  const found = await db.select().from(unapplied).where(eq(unapplied.reference, second));
  expect(found).toMatchObject([{ reason: 'unknownTopUp' }]);
});

const strangerStatus = {
  topUpId: null,
  progress: { state: 'succeeded' as const },
  payments: [{ id: 'pay-x', received: money(amount), fee: null, at: start }],
  refunds: [],
  disputes: [],
  savedMethod: null,
};
