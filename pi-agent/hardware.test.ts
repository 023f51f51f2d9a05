import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { hasAes, heat } from './hardware.ts';

describe('AES instructions', () => {
  test('are found on a Raspberry Pi 5', () => {
    expect(hasAes('processor\t: 0\nFeatures\t: fp asimd evtstrm aes pmull sha1 sha2 crc32 atomics\n')).toBe(true);
  });

  test('are not found on a Raspberry Pi 4', () => {
    expect(hasAes('processor\t: 0\nFeatures\t: fp asimd evtstrm crc32 cpuid\n')).toBe(false);
  });

  test('are found on a PC, and a name that only begins alike does not count', () => {
    expect(hasAes('flags\t\t: fpu sse4_2 aes avx\n')).toBe(true);
    expect(hasAes('flags\t\t: fpu sse4_2 aeskl avx\n')).toBe(false);
  });
});

describe('heat', () => {
  const [pi4, pi5] = ['soc/soc:firmware', 'soc@107c000000/soc@107c000000:firmware'];
  const zone = (number: number) => `class/thermal/thermal_zone${number}/temp`;
  const throttled = (firmware: string) => `devices/platform/${firmware}/get_throttled`;

  test('and being slowed down by it are told on a Raspberry Pi 4', async () => {
    const sys = await folderWith({ [zone(0)]: '81250\n', [throttled(pi4)]: '60006\n' });
    expect(heat(sys)).toEqual({ temperatureCelsius: 81.25, throttledNow: true, throttledSinceStart: true });
  });

  test('that slowed a Raspberry Pi 5 once is not taken for one that does now', async () => {
    const sys = await folderWith({ [zone(0)]: '52000\n', [throttled(pi5)]: '50000\n' });
    expect(heat(sys)).toEqual({ temperatureCelsius: 52, throttledNow: false, throttledSinceStart: true });
  });

  test('that never was too much is told as such', async () => {
    const sys = await folderWith({ [zone(0)]: '41000\n', [throttled(pi5)]: '0\n' });
    expect(heat(sys)).toEqual({ temperatureCelsius: 41, throttledNow: false, throttledSinceStart: false });
  });

  test('of a PC is that of its hottest part, and about throttling it says nothing', async () => {
    const sys = await folderWith({ [zone(0)]: '27800\n', [zone(1)]: '63000\n', [zone(2)]: 'unknown\n' });
    const silent = { throttledNow: null, throttledSinceStart: null };
    expect(heat(sys)).toEqual({ temperatureCelsius: 63, ...silent });
    expect(heat(await folderWith({}))).toEqual({ temperatureCelsius: null, ...silent });
  });
});

async function folderWith(files: Record<string, string>): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'rpibroker-sys-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  for (const [name, text] of Object.entries(files)) {
    await mkdir(dirname(join(folder, name)), { recursive: true });
    await writeFile(join(folder, name), text);
  }
  return folder;
}
