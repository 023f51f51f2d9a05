import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { arch, cpus, release, totalmem } from 'node:os';
import { join } from 'node:path';
import type { Hardware } from '#lib/protocol/agent';
import { DISK } from './disk.ts';
import { run } from './programs.ts';

const cpuMs = 300;
const diskSeconds = 1;

/** What this machine is, as far as it can be told without effort. */
export function machine(): Pick<Hardware, 'architecture' | 'model'> {
  return { architecture: arch() === 'arm64' ? 'arm64' : 'amd64', model: model().slice(0, 120) };
}

/** What this machine is and does, measured now; takes a few seconds and needs the disk mounted. */
export async function measureHardware(diskGigabytes: number): Promise<Hardware> {
  const speed = await diskSpeed();
  const { temperatureCelsius, throttledSinceStart: throttled } = heat();
  return {
    ...machine(),
    cores: cpus().length,
    cpuScore: cpuScore(),
    memoryBytes: totalmem(),
    diskBytes: diskGigabytes * 1024 ** 3,
    diskWriteMegabytesPerSecond: speed.write,
    diskReadMegabytesPerSecond: speed.read,
    temperatureCelsius,
    throttled,
    kernel: release().slice(0, 120),
    hasAes: hasAes(),
  };
}

/** How hot this machine is, and whether it is slowed down; null where `sys`, the kernel's folder, does not tell. */
export function heat(sys = '/sys') {
  const [thermal, platform] = [join(sys, 'class/thermal'), join(sys, 'devices/platform')];
  const zones = listOf(thermal).filter((name) => name.startsWith('thermal_zone'));
  const degrees = zones.map((zone) => Number(textOf(join(thermal, zone, 'temp')) ?? Number.NaN) / 1000);
  const known = degrees.filter(Number.isFinite);
  // The firmware of a Raspberry Pi; the name before it is `soc` on a 4 and `soc@107c000000` on a 5.
  const [flags] = listOf(platform).flatMap(
    (name) => textOf(join(platform, name, `${name}:firmware/get_throttled`)) ?? [],
  );
  const isSet = (bits: number) => (flags === undefined ? null : (Number.parseInt(flags, 16) & bits) !== 0);
  return {
    temperatureCelsius: known.length > 0 ? Math.max(...known) : null,
    throttledNow: isSet(0xf),
    throttledSinceStart: isSet(0xf000f),
  };
}

/** Whether the CPU has instructions for AES. */
export function hasAes(cpuinfo = textOf('/proc/cpuinfo') ?? ''): boolean {
  return /^(flags|Features)\s*:.*\baes\b/m.test(cpuinfo);
}

function model(): string {
  // A device tree ends its strings with a zero byte.
  const board = textOf('/sys/firmware/devicetree/base/model')?.replaceAll('\0', '');
  return board || textOf('/sys/class/dmi/id/product_name') || cpus()[0]?.model || 'unknown';
}

function cpuScore(): number {
  const block = Buffer.alloc(16 * 1024, 7);
  const start = performance.now();
  let blocks = 0;
  for (; performance.now() - start < cpuMs; blocks++) createHash('sha256').update(block).digest();
  return round((blocks * block.length) / 1e6 / ((performance.now() - start) / 1000));
}

/** Past the page cache, each direction for about a second. */
async function diskSpeed(): Promise<{ write: number; read: number }> {
  const file = join(DISK, 'speed');
  try {
    const write = await dd(['if=/dev/zero', `of=${file}`, 'oflag=direct', 'conv=fsync']);
    const read = await dd([`if=${file}`, 'of=/dev/null', 'iflag=direct']);
    return { write, read };
  } finally {
    await rm(file, { force: true });
  }
}

async function dd(args: string[]): Promise<number> {
  // 512 MiB is the most, so that a fast disk is not filled.
  const script = 'timeout -s INT "$0" dd bs=4M count=128 "$@" 2>&1 || [ $? = 124 ]';
  const said = await run('sh', ['-c', script, String(diskSeconds), ...args]);
  const [, bytes, seconds] = /(\d+) bytes .* copied, ([\d.e-]+) s/.exec(said) ?? [];
  return round(Number(bytes ?? 0) / 1e6 / Number(seconds ?? 1));
}

const round = (value: number) => Math.round(value * 10) / 10;

function textOf(file: string): string | null {
  try {
    return readFileSync(file, 'utf8').trim();
  } catch {
    return null;
  }
}

function listOf(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}
