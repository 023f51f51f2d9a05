import { describe, expect, test } from 'vitest';
import { hasAes } from './hardware.ts';

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
