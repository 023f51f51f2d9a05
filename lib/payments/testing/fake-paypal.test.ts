import { randomUUID } from 'node:crypto';
import { afterAll, expect, test } from 'vitest';
import { paypalProvider } from '../paypal.ts';
import { startFakePaypal } from './fake-paypal.ts';

const fake = await startFakePaypal();
afterAll(fake.close);
await paypalProvider({ ...fake, vault: true }).listBalances();

const call = async (path: string, { headers, ...request }: RequestInit = {}) => {
  const authorization = `Bearer ${fake.secrets().at(-1)}`;
  const response = await fetch(fake.url + path, { ...request, headers: { authorization, ...headers } });
  return { status: response.status, body: await response.text() };
};
const refund = { amount: { currency_code: 'USD', value: '1.00' }, custom_id: 'a' };
const path = '/v2/payments/captures/NONE/refund';
const post = (body: object, id = randomUUID() as string) =>
  call(path, { method: 'POST', body: JSON.stringify(body), headers: { 'paypal-request-id': id } });

test('the fake answers only to a token of its own', async () => {
  expect(await call('/v1/reporting/balances', { headers: { authorization: 'Bearer other' } })).toMatchObject({
    status: 401,
  });
});

test.each([
  ['a parameter that it does not know', { ...refund, note: 'x' }],
  ['a number for an amount', { ...refund, amount: { currency_code: 'USD', value: 1 } }],
  ['another currency', { ...refund, amount: { currency_code: 'EUR', value: '1.00' } }],
])('the fake refuses %s', async (_, body) => {
  expect(await post(body)).toMatchObject({ status: 400, body: expect.stringContaining('INVALID_REQUEST') });
});

test('the fake refuses a request id that comes back with another body', async () => {
  expect(await post(refund, 'same')).toMatchObject({ status: 404 });
  expect(await post({ ...refund, custom_id: 'b' }, 'same')).toMatchObject({
    status: 422,
    body: expect.stringContaining('DUPLICATE_REQUEST_ID'),
  });
});
