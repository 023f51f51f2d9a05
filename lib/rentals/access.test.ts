import { expect, test } from 'vitest';
import { accessTo } from './access.ts';

const relay = { host: 'relay.example', rentDomain: 'rent.example', httpPort: 80, httpsPort: 443 };

test('a renter pastes one command, one known_hosts line, and two addresses', () => {
  expect(accessTo({ name: 'amber-otter-42', port: 20_417, hostKey: 'ssh-ed25519 AAAA', relay })).toEqual({
    ssh: 'ssh -p 20417 amber-otter-42@relay.example',
    knownHosts: '[relay.example]:20417 ssh-ed25519 AAAA',
    http: 'http://amber-otter-42.rent.example/',
    https: 'https://amber-otter-42.rent.example/',
  });
});

test('ports that a browser would not guess are shown, and no host key makes no known_hosts line', () => {
  const local = { ...relay, httpPort: 8080, httpsPort: 8443 };
  expect(accessTo({ name: 'a-b-1', port: 20_000, hostKey: null, relay: local })).toMatchObject({
    knownHosts: null,
    http: 'http://a-b-1.rent.example:8080/',
    https: 'https://a-b-1.rent.example:8443/',
  });
});
