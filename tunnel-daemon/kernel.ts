import { readFile } from 'node:fs/promises';

/** A TCP socket of this machine, as the kernel has it. */
export type TcpSocket = { state: 'listening' | 'established'; address: string; port: number; remotePort: number };

const states: Record<string, TcpSocket['state']> = { '0A': 'listening', '01': 'established' };

/** All IPv4 TCP sockets of this machine that listen or are connected. */
export async function listTcpSockets(): Promise<TcpSocket[]> {
  return parseTcpTable(await readFile('/proc/net/tcp', 'utf8'));
}

/** The sockets in a table of the form of /proc/net/tcp. */
export function parseTcpTable(table: string): TcpSocket[] {
  return table.split('\n').flatMap((row) => {
    const [, local = '', remote = '', code = ''] = row.trim().split(/\s+/);
    const state = states[code];
    if (!state) return [];
    const [address = '', port = ''] = local.split(':');
    return [{ state, address: dotted(address), port: Number.parseInt(port, 16), remotePort: portOf(remote) }];
  });
}

function portOf(end: string): number {
  return Number.parseInt(end.split(':')[1] ?? '', 16);
}

/** The kernel prints an address in the machine's own byte order, which is little-endian wherever we run. */
function dotted(hex: string): string {
  return [6, 4, 2, 0].map((at) => Number.parseInt(hex.slice(at, at + 2), 16)).join('.');
}
