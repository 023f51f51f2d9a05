import { expect, test } from 'vitest';
import { leaks } from './secrets.ts';

const secret = 'a "secret" of+signs/';

test.each([
  ['as it is', `{"msg":${secret}}`],
  ['in an address', `GET /reset?token=${encodeURIComponent(secret)} 200`],
  ['in JSON', JSON.stringify({ password: secret })],
  ['in base64', `Basic ${btoa(secret)}`],
])('a secret that a log has %s is found there', (_, log) => {
  expect(leaks({ password: secret }, { web: log, agent: 'nothing' })).toEqual(['password is in the log of web']);
});

test('a log without secrets tells none', () => {
  expect(leaks({ password: secret }, { web: 'a secret of signs' })).toEqual([]);
});
