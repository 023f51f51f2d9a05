import { expect, test } from 'vitest';
import { trueAddress } from './client.ts';

const peer = '::ffff:10.0.0.1';

test.each([
  ['without a proxy nothing that is claimed counts', '1.1.1.1', 0, '10.0.0.1'],
  ['one proxy is believed for the one entry that it wrote', 'forged, 1.1.1.1', 1, '1.1.1.1'],
  ['two proxies are believed for two', 'forged, 1.1.1.1, 2.2.2.2', 2, '1.1.1.1'],
  ['with fewer entries than proxies the peer counts', '2.2.2.2', 2, '10.0.0.1'],
  ['an entry that is no address does not count', 'nonsense', 1, '10.0.0.1'],
  ['no header at all leaves the peer', '', 1, '10.0.0.1'],
])('%s', (_, forwardedFor, trustedProxies, address) => {
  expect(trueAddress({ peer, forwardedFor, trustedProxies })).toBe(address);
});
