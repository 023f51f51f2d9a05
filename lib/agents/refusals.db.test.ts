import { beforeEach, expect, test } from 'vitest';
import { replaceKey } from '../devices/commands.ts';
import { findOwnDevice, listDeviceEvents } from '../devices/queries.ts';
import { recordReport } from './commands.ts';
import { registerRefusals } from './refusals.ts';
import { after, announce, enrol, makePerson, makeRelay, report, silenceRelays, tunnelKey } from './testing.ts';

const refusalsOf = async (deviceId: string) =>
  (await listDeviceEvents(deviceId)).filter(({ kind }) => kind === 'agentRefused').map(({ detail }) => detail);

beforeEach(() => makeRelay());

test('an owner reads why the agent is turned away and what to do, once however often it asks', async () => {
  await silenceRelays();
  const ownerId = await makePerson();
  const { deviceId, key } = await announce(ownerId);
  const shown = async () => (await findOwnDevice(deviceId, ownerId))?.refusal;
  expect(await shown()).toBeNull();
  for (const second of [1, 2, 3]) await enrol(key, { at: after(second) });
  for (const second of [86_400, 86_460]) await enrol(key, { at: after(second) });
  expect(await refusalsOf(deviceId)).toEqual([registerRefusals.expiredKey, registerRefusals.noRelay]);
  expect(await shown()).toContain('Make a new one');

  const replaced = await replaceKey({ deviceId, ownerId, at: after(86_500) });
  expect(await shown()).toBeNull();
  await enrol(key, { at: after(86_510) });
  expect(await shown()).toBe(registerRefusals.revokedKey);
  const newKey = replaced.ok ? replaced.value.key : '';
  await enrol(newKey, { at: after(86_520) });
  expect(await refusalsOf(deviceId)).toHaveLength(4);
  await makeRelay();
  await enrol(newKey, { at: after(86_530) });
  expect(await shown()).toBeNull();
});

test('a second machine with a used key is told, and forgotten once the device itself has called again', async () => {
  const ownerId = await makePerson();
  const { deviceId, key } = await announce(ownerId);
  await enrol(key, { at: after(1) });
  await enrol(key, { at: after(2), tunnelPublicKey: tunnelKey() });
  const shown = async () => (await findOwnDevice(deviceId, ownerId))?.refusal;
  expect(await shown()).toBe(registerRefusals.usedKey);
  await recordReport({ deviceId, report: report(), at: after(3) });
  expect(await shown()).toBeNull();
});

test('what the agent says of its tunnel is kept as long as it holds', async () => {
  const ownerId = await makePerson();
  const { deviceId, key } = await announce(ownerId);
  await enrol(key, { at: after(1) });
  const shownAfter = async (tunnelProblem: string | null) => {
    await recordReport({ deviceId, report: report({ tunnelUp: tunnelProblem === null, tunnelProblem }), at: after(2) });
    return (await findOwnDevice(deviceId, ownerId))?.tunnelProblem;
  };
  expect(await shownAfter('Connection timed out')).toBe('Connection timed out');
  expect(await shownAfter(null)).toBeNull();
});
