import { expect, test } from 'vitest';
import { environmentSpec } from './agent.ts';

const key = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGDpq4iQGcEUrbBHUyvdLvPc0VXTZaOBGU0g3wGWbDsN';
const environment = (authorizedKey: string) => ({
  id: '01900000-0000-7000-8000-000000000000',
  name: 'amber-otter-42',
  password: 'secret',
  authorizedKeys: [authorizedKey],
});

test.each([key, 'sk-ssh-ed25519@openssh.com AAAAGnNr', 'ecdsa-sha2-nistp256 AAAAE2Vj+/=='])(
  'a bare key is installed: %s',
  (line) => {
    expect(environmentSpec.safeParse(environment(line)).success).toBe(true);
  },
);

test.each([
  ['a comment', `${key} me@laptop`],
  ['options', `command="id" ${key}`],
  ['a second line', `${key}\n${key}`],
  ['a line feed', `${key}\n`],
])('a key with %s is never written to authorized_keys', (_, line) => {
  expect(environmentSpec.safeParse(environment(line)).success).toBe(false);
});
