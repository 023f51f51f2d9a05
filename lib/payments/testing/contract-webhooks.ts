import { afterEach, expect, test, vi } from 'vitest';
import type { ProviderBench, Webhook } from '../provider.contract.ts';
import type { Till } from './till.ts';

/** What the provider sends by itself, and what others send in its name. */
export function webhooks(till: Till, { provider, takeWebhooks }: ProviderBench) {
  const read = async ({ body, headers }: Webhook) => (await provider.readWebhook?.(body, headers)) ?? null;

  async function sentFor(amountOf = till.topUp()) {
    const paid = await amountOf;
    return { ...paid, sent: (await takeWebhooks?.()) ?? [] };
  }

  afterEach(() => void vi.useRealTimers());

  test('a webhook names the top-up that it is about, and itself the same way each time it comes', async () => {
    await takeWebhooks?.();
    const { reference, sent } = await sentFor();
    const events = await Promise.all(sent.map(read));
    expect(events.length).toBeGreaterThan(0);
    expect(events.flatMap((event) => event?.references ?? [])).toContain(reference);
    expect(await Promise.all(sent.map(read))).toEqual(events);
    expect(new Set(events.map((event) => event?.eventId)).size).toBe(events.length);
  });

  test('a webhook that anybody could have written is not believed', async () => {
    const [webhook, other] = [await sentFor(), await sentFor()].map(({ sent }) => sent.at(-1) as Webhook);
    const { body, headers } = webhook as Webhook;
    for (const place of [0, body.length >> 1, body.length - 1]) {
      const changed = Uint8Array.from(body);
      changed[place] = (changed[place] ?? 0) ^ 1;
      expect(await read({ body: changed, headers })).toBeNull();
    }
    expect(await read({ body, headers: new Headers() })).toBeNull();
    expect(await read({ body: new Uint8Array(), headers })).toBeNull();
    expect(await read({ body, headers: other?.headers ?? new Headers() })).toBeNull();
    expect(await read({ body, headers })).not.toBeNull();
  });

  test('a webhook from last month is not believed', async () => {
    const { sent } = await sentFor();
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 31 * 86_400_000 });
    for (const webhook of sent) expect(await read(webhook)).toBeNull();
  });
}
