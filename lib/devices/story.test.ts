import { expect, test } from 'vitest';
import { isOnMarket, milestones, type Onboarding, tellDeviceEvent } from './story.ts';

const now = new Date('2026-11-01T12:00:00.000Z');
const fresh: Onboarding = {
  state: 'awaitingAgent',
  stateSince: now,
  problem: null,
  listed: true,
  suspendedAt: null,
  agentSeenAt: null,
  refusal: null,
  lastPollAt: null,
  measuredAt: null,
  tunnelUpSince: null,
  tunnelProblem: null,
  relaySeenAt: null,
  provedAt: null,
};
const seen = { agentSeenAt: now, lastPollAt: now };
const ready: Onboarding = { ...fresh, ...seen, state: 'ready', tunnelUpSince: now, measuredAt: now, provedAt: now };
const reached = (device: Onboarding) =>
  milestones(device, now)
    .filter((stop) => stop.reachedAt)
    .map(({ name }) => name);
const advice = (device: Onboarding) => milestones(device, now).find((stop) => stop.advice)?.advice;

test('the way to the market is told stop by stop', () => {
  expect(reached(fresh)).toEqual([]);
  expect(reached({ ...fresh, ...seen, state: 'verifying', tunnelUpSince: now })).toEqual(['agentSeen', 'tunnelOpen']);
  expect(reached(ready)).toEqual(['agentSeen', 'tunnelOpen', 'measured', 'proved', 'onMarket']);
  expect(advice(ready)).toBeUndefined();
});

test('the first stop that was not reached says what to do, above all what went wrong', () => {
  expect(advice(fresh)).toContain('Paste the command');
  expect(advice({ ...fresh, refusal: 'This key was used already.' })).toContain('turned away: This key was used');
  expect(advice({ ...ready, lastPollAt: new Date(now.getTime() - 46_000) })).toContain('offline');
  expect(advice({ ...ready, tunnelUpSince: null })).toContain('may block outgoing connections');
  const timedOut = { tunnelUpSince: null, tunnelProblem: 'ssh: connect to relay.example port 2222: timed out' };
  expect(advice({ ...ready, ...timedOut })).toMatch(/cannot open its tunnel.+It says: ssh: connect to relay.example/);
  const silent = { tunnelUpSince: null, relaySeenAt: new Date(now.getTime() - 60_000) };
  expect(advice({ ...ready, ...timedOut, ...silent })).toContain('broker’s admin to mend');
  expect(advice({ ...ready, listed: false })).toContain('List it');
  expect(advice({ ...fresh, ...seen, state: 'rejected', problem: 'Enable the memory cgroup.' })).toBe(
    'Enable the memory cgroup.',
  );
});

test.each<[string, Partial<Onboarding>]>([
  ['unlisted', { listed: false }],
  ['suspended', { suspendedAt: now }],
  ['offline', { lastPollAt: new Date(now.getTime() - 45_001) }],
  ['without a tunnel', { tunnelUpSince: null }],
  ['rented', { state: 'rented' }],
])('a device that is %s is not on the market', (_, change) => {
  expect(isOnMarket(ready, now)).toBe(true);
  expect(isOnMarket({ ...ready, ...change }, now)).toBe(false);
});

test('an event is told with its detail, and one from a newer program by its name', () => {
  expect(tellDeviceEvent({ kind: 'wiped', detail: null })).toBe('Wiped');
  expect(tellDeviceEvent({ kind: 'suspended', detail: 'abuse' })).toContain(': abuse');
  expect(tellDeviceEvent({ kind: 'painted', detail: null })).toBe('painted');
});
