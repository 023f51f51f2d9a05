import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { readPublicKey } from './public-keys.ts';

/** A key pair made by OpenSSH itself, and the fingerprint that it shows. */
function keyPair(...options: string[]) {
  const folder = mkdtempSync(join(tmpdir(), 'keys-'));
  const file = join(folder, 'key');
  try {
    execFileSync('ssh-keygen', ['-q', '-N', '', '-C', 'me@laptop', '-f', file, ...options]);
    const fingerprint = execFileSync('ssh-keygen', ['-lf', file], { encoding: 'utf8' }).split(' ')[1];
    return { publicKey: readFileSync(`${file}.pub`, 'utf8'), privateKey: readFileSync(file, 'utf8'), fingerprint };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

test.each([[['-t', 'ed25519']], [['-t', 'ecdsa', '-b', '521']], [['-t', 'rsa', '-b', '2048']]])(
  'a key made with ssh-keygen %s is taken, with the fingerprint that ssh shows',
  (options) => {
    const { publicKey, fingerprint } = keyPair(...options);
    const [type, base64] = publicKey.split(' ');
    const value = { line: `${type} ${base64}`, fingerprint, comment: 'me@laptop' };
    expect(readPublicKey(publicKey)).toEqual({ ok: true, value });
  },
);

test('a security key is taken', () => {
  const field = (text: string | Buffer) => Buffer.concat([Buffer.from([0, 0, 0, text.length]), Buffer.from(text)]);
  const type = 'sk-ssh-ed25519@openssh.com';
  const blob = Buffer.concat([field(type), field(Buffer.alloc(32, 1)), field('ssh:')]);
  expect(readPublicKey(`${type} ${blob.toString('base64')}`).ok).toBe(true);
});

test('a private key is refused as what it is', () => {
  expect(readPublicKey(keyPair('-t', 'ed25519').privateKey)).toEqual({ ok: false, reason: 'privateKey' });
});

test('an RSA key below 2048 bits is refused', () => {
  const { publicKey } = keyPair('-t', 'rsa', '-b', '1024');
  expect(readPublicKey(publicKey)).toEqual({ ok: false, reason: 'tooShort' });
});

const { publicKey } = keyPair('-t', 'ed25519');
test.each([
  ['nothing', ''],
  ['words', 'my key'],
  ['a type with another key’s body', publicKey.replace('ssh-ed25519', 'ssh-rsa')],
  ['a key that was cut', publicKey.slice(0, 60)],
  ['options before the key', `command="rm -rf /" ${publicKey}`],
  ['two lines', `${publicKey}${publicKey}`],
])('%s is not a key', (_, text) => {
  expect(readPublicKey(text)).toEqual({ ok: false, reason: 'notAKey' });
});

test.each([
  `<img src=x onerror="alert(1)"><script>alert(1)</script>`,
  '$(touch pwned) `touch pwned`; touch pwned #',
  `command="id" ${publicKey.trim()}`,
  '\u001b[2J\u202ekey',
])('whatever the comment of a key says, it is set apart from what is installed: %j', (comment) => {
  const line = publicKey.split(' ').slice(0, 2).join(' ');
  expect(readPublicKey(`${line}\t ${comment} \n`)).toMatchObject({ ok: true, value: { line, comment } });
});

test.each(['\n', '\r', '\u2028'])('no comment goes on in a second line after %j', (lineBreak) => {
  expect(readPublicKey(`${publicKey.trim()}${lineBreak}${publicKey}`)).toEqual({ ok: false, reason: 'notAKey' });
});

test('a type that sshd does not take any more is refused by name', () => {
  const blob = Buffer.concat([Buffer.from([0, 0, 0, 7]), Buffer.from('ssh-dss')]);
  expect(readPublicKey(`ssh-dss ${blob.toString('base64')}`)).toEqual({ ok: false, reason: 'unsupportedType' });
});
