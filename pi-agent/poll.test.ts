import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { describe, expect, onTestFinished, test } from 'vitest';
import type { RegisterRequest } from '../lib/protocol/agent.ts';
import { type Broker, Refusal } from './broker.ts';
import { registerOnce, waitSeconds } from './poll.ts';
import { openState } from './state.ts';

const log = pino({ level: 'silent' });
const answer = { deviceId: '00000000-0000-4000-8000-000000000001', deviceToken: 'token-1' };

describe('registration', () => {
  test('happens once for one key and is remembered', async () => {
    const { parts, requests } = world(async () => answer);
    expect(await registerOnce('key-1', parts)).toBe('token-1');
    expect(await registerOnce('key-1', parts)).toBe('token-1');
    expect(await registerOnce(undefined, parts)).toBe('token-1');
    expect(requests.map(({ key }) => key)).toEqual(['key-1']);
    expect(requests[0]?.tunnelPublicKey).toMatch(/^ssh-ed25519 \S{68}$/);
  });

  test('happens again when the owner gives a new key, with the same key for the tunnel', async () => {
    const { parts, requests } = world(async () => answer);
    await registerOnce('key-1', parts);
    await registerOnce('key-2', parts);
    expect(requests.map(({ key }) => key)).toEqual(['key-1', 'key-2']);
    expect(requests[1]?.tunnelPublicKey).toBe(requests[0]?.tunnelPublicKey);
  });

  test('leaves a device who it was when the new key is refused', async () => {
    const { parts } = world(async ({ key }) => {
      if (key === 'used') throw new Refusal(401, 'This key was used.');
      return answer;
    });
    await registerOnce('key-1', parts);
    expect(await registerOnce('used', parts)).toBe('token-1');
  });

  test('says what is missing when there is neither key nor memory', async () => {
    await expect(registerOnce(undefined, world(async () => answer).parts)).rejects.toThrow('set RPIBROKER_KEY');
  });
});

describe('when the broker does not answer', () => {
  test('the agent waits longer each time, half a minute at most', () => {
    expect([0, 1, 2, 9].map((failures) => waitSeconds(new TypeError('fetch failed'), failures, 1))).toEqual([
      1, 2, 4, 30,
    ]);
  });

  test('what only a person can mend is asked about once a minute', () => {
    expect(waitSeconds(new Refusal(410, 'This device is retired.'), 0)).toBe(60);
    expect(waitSeconds(new Refusal(503, 'Try later.'), 0, 1)).toBe(1);
  });
});

function world(register: (request: RegisterRequest) => Promise<typeof answer>) {
  const requests: RegisterRequest[] = [];
  const note = (request: RegisterRequest) => {
    requests.push(request);
    return register(request);
  };
  const folder = mkdtempSync(join(tmpdir(), 'state-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  return { requests, parts: { broker: { register: note } as Broker, state: openState(folder), log } };
}
