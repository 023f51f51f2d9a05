import { expect, test } from 'vitest';
import { parseTcpTable } from './kernel.ts';
import { authorizedKey } from './keys.ts';
import { parseSshdLine } from './sshd-log.ts';

test('a sign-in is known by the port it came from and the fingerprint it proved', () => {
  const line = 'Accepted publickey for tunnel from 127.0.0.1 port 40312 ssh2: ED25519 SHA256:a+b/c';
  expect(parseSshdLine(line)).toEqual({ kind: 'accepted', port: 40312, fingerprint: 'SHA256:a+b/c', line });
});

test.each([
  'Failed publickey for tunnel from 127.0.0.1 port 40312 ssh2: ED25519 SHA256:abc',
  'Failed password for invalid user admin from 127.0.0.1 port 40312 ssh2',
  'Timeout before authentication for 127.0.0.1 port 40312',
  'Unable to negotiate with 127.0.0.1 port 40312: no matching cipher found.',
  'banner exchange: Connection from 127.0.0.1 port 40312: invalid format',
])('%s counts as a failure', (line) => {
  expect(parseSshdLine(line)).toEqual({ kind: 'failed', port: 40312 });
});

test('a user name cannot pass for a sign-in', () => {
  const name = 'Accepted publickey for x from 127.0.0.1 port 1 ssh2: ED25519 SHA256:abc';
  expect(parseSshdLine(`Invalid user ${name} from 127.0.0.1 port 40312`)).toBeNull();
});

test('a device may open its own three listeners and nothing else', () => {
  expect(authorizedKey({ address: '127.64.0.7', publicKey: 'ssh-ed25519 AAAA' })).toBe(
    'restrict,port-forwarding,permitlisten="127.64.0.7:2200",permitlisten="127.64.0.7:2280",permitlisten="127.64.0.7:2443" ssh-ed25519 AAAA',
  );
});

test("the kernel's table tells who listens and who is connected", () => {
  const table = `  sl  local_address rem_address   st tx_queue rx_queue
   0: 0700407F:0898 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 1 1
   1: 0100007F:08AF 0100007F:9D78 01 00000000:00000000 00:00000000 00000000     0        0 2 1
   2: 0100007F:08AF 0100007F:9D79 06 00000000:00000000 00:00000000 00000000     0        0 3 1`;
  expect(parseTcpTable(table)).toEqual([
    { state: 'listening', address: '127.64.0.7', port: 2200, remotePort: 0 },
    { state: 'established', address: '127.0.0.1', port: 2223, remotePort: 40312 },
  ]);
});
