import { expect, test } from 'vitest';
import { networkOf, plainAddress } from './networks.ts';

test.each([
  ['192.0.2.7', '192.0.2.7'],
  ['::ffff:192.0.2.7', '192.0.2.7'],
  ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
  ['2001:0DB8:0001:0002::1', '2001:db8:1:2::/64'],
  ['2001:db8::1', '2001:db8:0:0::/64'],
  ['fe80::1%eth0', 'fe80:0:0:0::/64'],
  ['::1', '0:0:0:0::/64'],
  ['not an address', 'unknown'],
])('a visitor from %s counts as %s', (address, network) => {
  expect(networkOf(address)).toBe(network);
});

test('what is no address is not taken for one', () => {
  expect(['', '1.2.3', '1.2.3.4:80', '[::1]', '1.2.3.4, 5.6.7.8'].map(plainAddress)).toEqual(Array(5).fill(null));
});
