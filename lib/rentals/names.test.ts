import { randomInt } from 'node:crypto';
import { expect, test } from 'vitest';
import { environmentSpec } from '../protocol/agent.ts';
import { nameCount, rentalName, rentalPassword } from './names.ts';

test('there are more than ten million names, all different and fit for a user and a host', () => {
  expect(nameCount).toBeGreaterThan(10_000_000);
  const extremes = [() => 0, (limit: number) => limit - 1];
  const names = [...extremes, ...Array.from({ length: 1000 }, () => (limit: number) => randomInt(limit))].map(
    rentalName,
  );
  for (const name of names) {
    expect(environmentSpec.shape.name.safeParse(name).success).toBe(true);
    expect(name.length).toBeLessThanOrEqual(32);
  }
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
