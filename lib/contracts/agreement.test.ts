import { expect, test } from 'vitest';
import { GRACE_MINUTES, LOST_HOURS, PREPARING_SECONDS } from '../rentals/deadlines.ts';
import { contract } from './agreement.ts';

test('the text of a version never changes: another text is another version', () => {
  expect([contract.version, contract.hash]).toEqual([
    '1',
    '740682aecd3172dfc813ead432ced3d8ac329f280fd3b1bd4b7d4207965430ae',
  ]);
});

test('the contract names the deadlines that the broker keeps', () => {
  expect(contract.body).toContain(`within ${GRACE_MINUTES} minutes`);
  expect(contract.body).toContain(`for ${LOST_HOURS} hours`);
  expect([PREPARING_SECONDS, contract.body.includes('within two minutes')]).toEqual([120, true]);
});
