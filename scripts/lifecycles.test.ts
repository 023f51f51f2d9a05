import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { deviceLifecycle } from '../lib/devices/lifecycle.ts';
import { payoutLifecycle } from '../lib/payouts/lifecycle.ts';
import { refundLifecycle } from '../lib/refunds/lifecycle.ts';
import { rentalLifecycle } from '../lib/rentals/lifecycle.ts';
import { topUpLifecycle } from '../lib/top-ups/lifecycle.ts';
import { lifecyclesPage } from './lifecycles.ts';

test('docs/lifecycles.md draws the lifecycles as they are', () => {
  expect(readFileSync('docs/lifecycles.md', 'utf8')).toBe(lifecyclesPage());
});

test.each(Object.entries({ rentalLifecycle, deviceLifecycle, topUpLifecycle, refundLifecycle, payoutLifecycle }))(
  '%s leads only to states of its own',
  (_, lifecycle) => {
    const states = Object.keys(lifecycle);
    for (const moves of Object.values(lifecycle)) expect(states).toEqual(expect.arrayContaining(Object.values(moves)));
  },
);

test('whatever happens, a rental, a device, a refund and a payout can come to an end', () => {
  for (const lifecycle of [rentalLifecycle, deviceLifecycle, refundLifecycle, payoutLifecycle]) {
    const endsFrom = (state: string, seen: string[] = []): boolean => {
      const next = Object.values((lifecycle as Record<string, Record<string, string>>)[state] ?? {});
      return next.length === 0 || next.some((to) => !seen.includes(to) && endsFrom(to, [...seen, state]));
    };
    expect(Object.keys(lifecycle).filter((state) => !endsFrom(state))).toEqual([]);
  }
});
