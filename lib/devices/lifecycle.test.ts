import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type DeviceEvent, type DeviceState, deviceLifecycle, nextDeviceState } from './lifecycle.ts';

const states = Object.keys(deviceLifecycle) as DeviceState[];
const events = [...new Set(states.flatMap((state) => Object.keys(deviceLifecycle[state])))] as DeviceEvent[];

test('between two renters lies a proven wipe, or a failed one and a new verification', () => {
  fc.assert(
    fc.property(fc.array(fc.constantFrom(...events), { maxLength: 60 }), (heard) => {
      const walk = { state: 'ready' as DeviceState, dirty: false };
      for (const event of heard) {
        const next = nextDeviceState(walk.state, event);
        if (!next) continue;
        if (next === 'rented') expect(walk.dirty).toBe(false);
        if (event === 'rented') walk.dirty = true;
        if (event === 'wiped' || event === 'verified') walk.dirty = false;
        walk.state = next;
      }
    }),
    { numRuns: 500 },
  );
});

test('an owner can retire a device in every state in which nobody’s data is being used or wiped', () => {
  const stuck = states.filter((state) => nextDeviceState(state, 'retired') === null);
  expect(stuck).toEqual(['rented', 'wiping', 'retired']);
});

test('a retired device hears of nothing any more', () => {
  for (const event of events) expect(nextDeviceState('retired', event)).toBeNull();
});

test('a device is only rented out when it is ready, and ready only after a verification or a wipe', () => {
  expect(states.filter((state) => nextDeviceState(state, 'rented') !== null)).toEqual(['ready']);
  const leading = events.filter((event) => states.some((state) => nextDeviceState(state, event) === 'ready'));
  expect(leading.sort()).toEqual(['verified', 'wiped']);
});

test('from every state but the last one a device can come back to the market', () => {
  const canReachReady = (state: DeviceState, seen = new Set<DeviceState>()): boolean => {
    if (state === 'ready') return true;
    if (seen.has(state)) return false;
    seen.add(state);
    return events.some((event) => {
      const next = nextDeviceState(state, event);
      return next !== null && canReachReady(next, seen);
    });
  };
  expect(states.filter((state) => !canReachReady(state))).toEqual(['retired']);
});
