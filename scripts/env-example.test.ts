import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { envExample } from './env-example.ts';

test('.env.example tells of every setting as the programs read them', () => {
  expect(readFileSync('.env.example', 'utf8')).toBe(envExample());
});
