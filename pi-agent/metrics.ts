import { statfs } from 'node:fs/promises';
import { freemem, loadavg } from 'node:os';
import type { Metrics } from '#lib/protocol/agent';
import { heat } from './hardware.ts';

/** How this machine is right now; the disk is the volume that `folder` lies on. */
export async function measureMetrics(folder: string): Promise<Metrics> {
  const { bavail, bsize } = await statfs(folder);
  const { temperatureCelsius, throttledNow: throttled } = heat();
  return {
    loadAverage: loadavg()[0] ?? 0,
    memoryFreeBytes: freemem(),
    diskFreeBytes: bavail * bsize,
    temperatureCelsius,
    throttled,
  };
}
