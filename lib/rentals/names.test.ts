import { randomInt } from 'node:crypto';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { environmentSpec } from '../protocol/agent.ts';
import { nameCount, rentalName, rentalPassword } from './names.ts';

test('whatever is drawn, the name is one that Linux takes for a user and DNS for a host', () => {
  fc.assert(
    fc.property(fc.infiniteStream(fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true })), (draws) => {
      const name = rentalName((limit) => Math.floor(draws.next().value * limit));
      expect(name).toMatch(/^[a-z][a-z0-9-]{2,31}$/);
      expect(environmentSpec.shape.name.safeParse(name).success).toBe(true);
    }),
  );
  expect(environmentSpec.shape.name.safeParse('a'.repeat(33)).success).toBe(false);
});

test('there are more than ten million names, all different and fit for a user and a host', () => {
  expect(nameCount).toBeGreaterThan(10_000_000);
  const extremes = [() => 0, (limit: number) => limit - 1];
  const names = [...extremes, ...Array.from({ length: 1000 }, () => (limit: number) => randomInt(limit))].map(
    rentalName,
  );
  expect(new Set(names).size).toBeGreaterThan(990);
});

test('a password has 130 random bits and can be typed from paper', () => {
  const drawn: number[] = [];
  const password = rentalPassword((limit) => {
    drawn.push(limit);
    return limit - 1;
  });
  expect(drawn.reduce((bits, limit) => bits + Math.log2(limit), 0)).toBeGreaterThanOrEqual(128);
  expect(password).toMatch(/^[0-9a-z]{26}$/);
  expect(rentalPassword(randomInt)).not.toBe(rentalPassword(randomInt));
});
