import { expect, test } from 'vitest';
import { tunnelSpec } from '../protocol/agent.ts';
import { loopbackAddress } from './address.ts';

test('every device has a loopback address of its own in 127.64.0.0/10', () => {
  const numbers = [1, 255, 256, 65_535, 65_536, 1_000_000, 2 ** 22 - 1];
  const addresses = numbers.map(loopbackAddress);
  expect(addresses).toContain('127.64.0.1');
  expect(addresses).toContain('127.127.255.255');
  expect(new Set(addresses).size).toBe(numbers.length);
  for (const address of addresses) expect(tunnelSpec.shape.address.safeParse(address).success).toBe(true);
});

test.each([0, -1, 2 ** 22])('device number %i has none', (number) => {
  expect(() => loopbackAddress(number)).toThrow();
});
