import { writeFileSync } from 'node:fs';
import { ENVIRONMENT_ADDRESS } from '#lib/protocol/agent';
import { run } from './programs.ts';
import { privateIPv4 } from './ranges.ts';

/** The bridge that environments hang on. */
export const BRIDGE = 'rental0';

/** Our own address on the bridge, where names are looked up. */
export const GATEWAY = '10.99.0.1';
const NETWORK = '10.99.0.0/24';
const flowsAtOnce = 256;
const newFlowsPerSecond = 50;

/**
 * Makes the bridge, which outlives engines and environments. What the tunnel brings goes over it unpaced: BBR, which the
 * owner's machine may use, would look for the bandwidth of a way that has none (ip-route(8), congctl).
 */
export async function openBridge(): Promise<void> {
  await run('ip', ['link', 'add', BRIDGE, 'type', 'bridge']).catch(() => {});
  await run('ip', ['address', 'replace', `${GATEWAY}/24`, 'dev', BRIDGE]);
  await run('ip', ['link', 'set', BRIDGE, 'up']);
  const way = ['route', 'replace', NETWORK, 'dev', BRIDGE, 'proto', 'kernel', 'scope', 'link', 'src', GATEWAY];
  await run('ip', [...way, 'congctl', 'reno']);
  writeFileSync('/proc/sys/net/ipv4/ip_forward', '1');
}

/** Puts the whole rule set in place at once; it may be called any time. */
export async function applyFirewall(): Promise<void> {
  await run('nft', ['-f', '-'], { input: firewallRules() });
}

/**
 * What an environment may send: name lookups to us, and new flows to public IPv4 addresses, but no mail.
 * IPv6 is dropped whole, because environments have none.
 */
export function firewallRules(): string {
  return `
table inet rpibroker
delete table inet rpibroker
table inet rpibroker {
  set private { type ipv4_addr; flags interval; elements = { ${privateIPv4.join(', ')} } }
  set flows { type ipv4_addr; size 16; flags dynamic; }

  chain forward {
    type filter hook forward priority filter - 1; policy drop;
    meta nfproto ipv6 drop
    ct state established,related accept
    iifname != "${BRIDGE}" drop
    ip saddr != ${ENVIRONMENT_ADDRESS} drop
    ip daddr @private drop
    tcp dport 25 reject with tcp reset
    limit rate over ${newFlowsPerSecond}/second burst ${newFlowsPerSecond} packets drop
    add @flows { ip saddr ct count over ${flowsAtOnce} } drop
    accept
  }
  chain input {
    type filter hook input priority filter - 1; policy accept;
    iifname != "${BRIDGE}" accept
    meta nfproto ipv6 drop
    ct state established,related accept
    ip saddr ${ENVIRONMENT_ADDRESS} ip daddr ${GATEWAY} meta l4proto { tcp, udp } th dport 53 accept
    drop
  }
  chain leave {
    type nat hook postrouting priority srcnat; policy accept;
    iifname "${BRIDGE}" oifname != "${BRIDGE}" masquerade
  }
}
`;
}
