import { expect, test } from 'vitest';
import { inTurn } from './each.ts';

const seen = (items: string[], bad: string[]) => {
  const done: string[] = [];
  const work = async (item: string) => {
    if (bad.includes(item)) throw new RangeError(`no ${item}`);
    done.push(item);
  };
  return { done, finished: inTurn(items, work) };
};

test('everybody has a turn, in order, whoever fails before', async () => {
  const { done, finished } = seen(['a', 'b', 'c', 'd'], ['a', 'c']);
  await expect(finished).rejects.toThrow('2 of 4 failed: a, c');
  expect(done).toEqual(['b', 'd']);
});

test('every failure is told with its own cause', async () => {
  const failed = await seen(['a', 'b'], ['a', 'b']).finished.catch((error: AggregateError) => error.errors);
  expect(failed).toEqual([new RangeError('no a'), new RangeError('no b')]);
});

test('where nothing fails nothing is thrown', async () => {
  await expect(seen(['a'], []).finished).resolves.toBeUndefined();
  await expect(seen([], []).finished).resolves.toBeUndefined();
});
