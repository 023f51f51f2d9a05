import { join } from 'node:path';
import { RUN_DIR } from './config.ts';
import { BRIDGE } from './firewall.ts';
import { aliveAs, launch } from './programs.ts';
import { privateIPv4, privateIPv6 } from './ranges.ts';

/** Answers name lookups on the bridge, and starts again when it has ended. */
export async function ensureDns(upstream: string | undefined): Promise<void> {
  if (aliveAs('dns') === null) await launch('dns', 'dnsmasq', dnsOptions(upstream));
}

/**
 * Answers that lead to a private address become "no such name". dnsmasq's own rebinding protection would also
 * refuse documentation ranges, which the firewall lets pass and some networks use.
 */
export function dnsOptions(upstream: string | undefined): string[] {
  return [
    '--keep-in-foreground',
    '--conf-file=/dev/null',
    `--pid-file=${join(RUN_DIR, 'dnsmasq.pid')}`,
    `--interface=${BRIDGE}`,
    '--except-interface=lo',
    '--bind-interfaces',
    '--no-hosts',
    '--domain-needed',
    '--bogus-priv',
    '--cache-size=1000',
    ...[...privateIPv4, ...privateIPv6].map((range) => `--bogus-nxdomain=${range}`),
    ...(upstream ? ['--no-resolv', `--server=${upstream}`] : []),
  ];
}
