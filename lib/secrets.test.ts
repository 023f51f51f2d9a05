import { expect, test } from 'vitest';
import { createSealer, hashToken, newToken, secretOf } from './secrets.ts';

const [older, newer] = ['an older secret of 32 characters..', 'a newer secret of 32 characters..'];
const context = secretOf.rental('019a');

test('a sealed secret opens again, and neither shows nor repeats itself', () => {
  const sealer = createSealer([newer]);
  const [once, twice] = [sealer.seal('päßword', context), sealer.seal('päßword', context)];
  expect(sealer.open(once, context)).toBe('päßword');
  expect(once).not.toBe(twice);
  expect(Buffer.from(once.split('.')[1] ?? '', 'base64url').includes('word')).toBe(false);
});

test('a secret moved to another row does not open', () => {
  const sealer = createSealer([newer]);
  const sealed = sealer.seal('password', context);
  expect(() => sealer.open(sealed, secretOf.rental('019b'))).toThrow();
  expect(() => sealer.open(sealed, secretOf.verification('019a'))).toThrow();
});

test('a secret with any one bit flipped, or cut short, does not open', () => {
  const sealer = createSealer([newer]);
  const [id, body = ''] = sealer.seal('password', context).split('.');
  const bytes = Buffer.from(body, 'base64url');
  for (let bit = 0; bit < bytes.length * 8; bit++) {
    const flipped = Buffer.from(bytes);
    flipped[bit >> 3] = (flipped[bit >> 3] ?? 0) ^ (1 << (bit & 7));
    expect(() => sealer.open(`${id}.${flipped.toString('base64url')}`, context)).toThrow();
  }
  expect(() => sealer.open(`${id}.${body.slice(0, 20)}`, context)).toThrow();
});

test('after a rotation, old secrets still open, new ones are sealed with the new key, and a dropped key is named', () => {
  const before = createSealer([older]).seal('password', context);
  const rotated = createSealer([newer, older]);
  expect(rotated.open(before, context)).toBe('password');
  expect(createSealer([newer]).open(rotated.seal('password', context), context)).toBe('password');
  expect(() => createSealer([newer]).open(before, context)).toThrow('no longer names');
});

test('a token is random, names its kind, and cannot be told from what we keep of it', () => {
  const token = newToken('rpk');
  expect(token).toMatch(/^rpk_[A-Za-z0-9_-]{32}$/);
  expect(newToken('rpk')).not.toBe(token);
  expect(hashToken(token)).toMatch(/^[0-9a-f]{64}$/);
});
