import { expect, test } from 'vitest';
import { InvariantError, UpstreamError } from './errors.ts';

const copy: typeof import('./errors.ts') = await import(`./errors.ts${'?another-bundle'}`);

test('errors of another copy of this file are known, each as its own kind', () => {
  const [upstream, broken] = [new copy.UpstreamError('mail', 'away', { retryable: true }), new copy.InvariantError('')];
  expect([upstream, broken].map((error) => error instanceof UpstreamError)).toEqual([true, false]);
  expect([upstream, broken].map((error) => error instanceof InvariantError)).toEqual([false, true]);
  expect(copy.InvariantError).not.toBe(InvariantError);
});
