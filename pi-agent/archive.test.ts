import { execFileSync } from 'node:child_process';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { packFiles } from './archive.ts';

test('tar reads what was packed, with names, texts and modes', () => {
  const archive = packFiles({ 'setup/password': 'correct-horse-', 'setup/empty': '', 'setup/keys': 'k'.repeat(2000) });
  const list = execFileSync('tar', ['-tvf', '-'], { input: archive, encoding: 'utf8' }).trim().split('\n');
  expect(list.map((line) => line.split(/\s+/)[0])).toEqual(['-rw-------', '-rw-------', '-rw-------']);
  expect(list.map((line) => Number(line.split(/\s+/)[2]))).toEqual([14, 0, 2000]);
  const text = execFileSync('tar', ['-xOf', '-', 'setup/password'], { input: archive, encoding: 'utf8' });
  expect(text).toBe('correct-horse-');
});

test('any text comes out of an archive as it went in', () => {
  fc.assert(
    fc.property(
      fc.string({ unit: 'grapheme', maxLength: 3000 }),
      (text) => execFileSync('tar', ['-xO'], { input: packFiles({ file: text }), encoding: 'utf8' }) === text,
    ),
    { numRuns: 30 },
  );
});
