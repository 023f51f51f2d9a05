import { expect, test } from 'vitest';
import { createCell } from './cell.ts';

const never = new AbortController().signal;

test('who waits for a change hears of it', async () => {
  const cell = createCell({ up: false });
  const waiting = cell.changedFrom(cell.read(), never);
  cell.write({ up: true });
  await waiting;
  expect(cell.read()).toEqual({ up: true });
});

test('who was away during a change hears of it at once', async () => {
  const cell = createCell({ up: false });
  const seen = cell.read();
  cell.write({ up: true });
  await cell.changedFrom(seen, never);
});

test('saying the same again is no news', async () => {
  const cell = createCell({ up: false });
  const seen = cell.read();
  cell.write({ up: false });
  expect(cell.read()).toBe(seen);
});

test('waiting ends when it is called off', async () => {
  const cell = createCell(1);
  await cell.changedFrom(1, AbortSignal.timeout(5));
  expect(cell.read()).toBe(1);
});
