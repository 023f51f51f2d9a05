import { describe, expect, test } from 'vitest';
import { forwards } from '../lib/protocol/agent.ts';
import { reachableHost, sshArguments, waitAfter } from './tunnel.ts';

const tunnel = {
  spec: { host: 'relay.example', port: 2222, user: 'tunnel', hostKey: 'ssh-ed25519 AAAA', address: '127.64.0.7' },
  keyFile: '/state/tunnel_key',
  brokerUrl: 'https://broker.example',
};

describe('the tunnel', () => {
  test("offers the environment's three ports under the device's own address", () => {
    const args = sshArguments(tunnel, true);
    const offered = args.filter((_, at) => args[at - 1] === '-R');
    expect(offered).toEqual(forwards.map(({ listen, target }) => `127.64.0.7:${listen}:10.99.0.2:${target}`));
  });

  test('checks the key of the relay that the broker named, whatever its address', () => {
    expect(sshArguments(tunnel, true)).toEqual(
      expect.arrayContaining(['StrictHostKeyChecking=yes', 'HostKeyAlias=relay', 'ExitOnForwardFailure=yes']),
    );
  });

  test('uses AES first only where the processor has it', () => {
    const ciphers = (aes: boolean) => sshArguments(tunnel, aes).find((option) => option.startsWith('Ciphers='));
    expect(ciphers(true)).toMatch(/^Ciphers=aes128-gcm/);
    expect(ciphers(false)).toMatch(/^Ciphers=chacha20/);
  });

  test("finds a relay on the broker's own machine by the name that the broker has here", () => {
    expect(reachableHost('127.0.0.1', 'http://broker.internal:3000')).toBe('broker.internal');
    expect(reachableHost('relay.example', 'http://broker.internal:3000')).toBe('relay.example');
  });
});

describe('after a failed attempt', () => {
  test('a refused forward is tried again after a second, however often', () => {
    expect(waitAfter('Error: remote port forwarding failed for listen port 2200', 50)).toBe(1);
  });

  test('other failures wait longer each time, never much above four seconds, and not all devices alike', () => {
    expect(waitAfter('Connection refused', 0, 1)).toBe(0.5);
    expect(waitAfter('Connection refused', 40, 1)).toBe(4);
    expect(waitAfter('Connection refused', 40, 0)).toBe(2);
  });
});
