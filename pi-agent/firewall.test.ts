import { expect, test } from 'vitest';
import { dnsOptions } from './dns.ts';
import { firewallRules } from './firewall.ts';
import { privateIPv4, privateIPv6 } from './ranges.ts';

test('what an environment cannot reach, no name may lead to either', () => {
  for (const range of privateIPv4) {
    expect(firewallRules()).toContain(range);
    expect(dnsOptions(undefined)).toContain(`--bogus-nxdomain=${range}`);
  }
  for (const range of privateIPv6) expect(dnsOptions(undefined)).toContain(`--bogus-nxdomain=${range}`);
});

test('the rules replace the old ones in one transaction, so there is no moment without any', () => {
  const rules = firewallRules().trim().split('\n');
  expect(rules.slice(0, 3)).toEqual(['table inet rpibroker', 'delete table inet rpibroker', 'table inet rpibroker {']);
});

test("names are looked up where the owner chose, else where the agent's container does", () => {
  expect(dnsOptions('192.0.2.53')).toEqual(expect.arrayContaining(['--no-resolv', '--server=192.0.2.53']));
  expect(dnsOptions(undefined)).not.toContain('--no-resolv');
});
