import { afterAll, expect, test, vi } from 'vitest';
import { paypalProvider } from './paypal.ts';
import { startFakePaypal } from './testing/fake-paypal.ts';

const fake = await startFakePaypal();
afterAll(() => fake.close());

test('whoever invents certificates makes us ask for few of them, and holds genuine webhooks up for a minute', async () => {
  const ours = paypalProvider({ ...fake, vault: true });
  await fake.takeWebhooks();
  fake.emit('PAYMENT.CAPTURE.COMPLETED', { id: 'X' });
  const [webhook] = await fake.takeWebhooks();
  const body = webhook?.body ?? new Uint8Array();
  const headers = new Headers(webhook?.headers);
  const genuine = headers.get('paypal-cert-url') ?? '';
  const fetched = vi.spyOn(globalThis, 'fetch');
  const forged = Array.from({ length: 100 }, (_, at) => {
    headers.set('paypal-cert-url', genuine.replace('CERT-fake', `CERT-${at}`));
    return ours.readWebhook?.(body, new Headers(headers)).catch(String);
  });
  expect((await Promise.all(forged)).at(-1)).toContain('too many certificates');
  expect(fetched.mock.calls.length).toBeLessThan(30);
  fetched.mockClear();
  vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 61_000 });
  headers.set('paypal-cert-url', genuine);
  const events = await Promise.all(Array.from({ length: 50 }, () => ours.readWebhook?.(body, headers)));
  expect(events.every((event) => event !== null)).toBe(true);
  expect(fetched).toHaveBeenCalledTimes(1);
  vi.useRealTimers();
  fetched.mockRestore();
});
