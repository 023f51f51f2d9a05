import { expect, test } from 'vitest';
import { wayBack } from './way-back.ts';

test('somebody who signs in comes back to the page that asked for it', () => {
  expect(wayBack('/rentals/1?tab=cost')).toBe('/rentals/1?tab=cost');
});

test.each([
  'https://evil.example/',
  '//evil.example',
  '/\\evil.example',
  '/\t/evil.example',
  'javascript:alert(1)',
  undefined,
  ['/a'],
])('a link that says to come back to %j leads to our own front page', (next) => {
  expect(wayBack(next)).toBe('/');
});
