import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import ssh2 from 'ssh2';
import { afterEach, expect, test, vi } from 'vitest';
import { announce, deviceOf, enrol, makePerson, makeRelay } from '../lib/agents/testing.ts';
import { createLog } from '../lib/process/log.ts';
import { forwards } from '../lib/protocol/agent.ts';
import { eventually } from './testing.ts';
import { createVerifier } from './verifier.ts';

afterEach(() => vi.useRealTimers());

/** A device that is being verified: its ssh answers behind the tunnel, and nothing can be measured there. */
async function unmeasurable() {
  await makeRelay();
  const { deviceId, key } = await announce(await makePerson());
  await enrol(key);
  const { jobId } = await deviceOf(deviceId);
  const address = `127.100.${randomInt(256)}.${randomInt(1, 255)}`;
  const keyPair = ssh2.utils.generateKeyPairSync('ed25519');
  const server = new ssh2.Server({ hostKeys: [keyPair.private] }, (client) => client.on('error', () => {}));
  await once(server.listen(forwards[0].listen, address), 'listening');
  const hostKey = keyPair.public.split(' ').slice(0, 2).join(' ');
  return { deviceId, jobId: jobId ?? '', address, hostKey, close: () => server.close() };
}

test('a measurement that keeps breaking off is tried five times, ever more rarely; then the owner reads of it', async () => {
  vi.useFakeTimers({ toFake: ['performance'] });
  const { close, ...verification } = await unmeasurable();
  const brokeOff: number[] = [];
  const log = createLog('daemon', 'silent');
  vi.spyOn(log, 'warn').mockImplementation(() => void brokeOff.push(performance.now() / 1000));
  const verifier = createVerifier({ clock: { now: () => new Date(), compare: async () => {} }, log });

  const look = async () => {
    vi.advanceTimersByTime(1000);
    verifier.verify([verification]);
    const { state, problem } = await deviceOf(verification.deviceId);
    return state === 'rejected' && problem;
  };
  // Each look is a second of the clock that the verifier goes by, so this is an hour on it.
  expect(await eventually(look, 3600)).toContain('each of 5 measurements');
  const pauses = brokeOff.slice(1).map((at, index) => at - (brokeOff[index] ?? 0));
  expect(pauses).toHaveLength(4);
  for (const [index, least] of [10, 20, 40, 80].entries()) expect(pauses[index]).toBeGreaterThanOrEqual(least);
  close();
});
