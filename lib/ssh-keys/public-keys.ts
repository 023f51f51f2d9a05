import { createHash } from 'node:crypto';
import { done, type Outcome, refused } from '../outcome.ts';

/** Why a text is not a public key that we install. */
export type KeyProblem = 'privateKey' | 'notAKey' | 'unsupportedType' | 'tooShort';

/** A public key as we keep it: type and base64 without the comment, and the fingerprint that ssh shows. */
export type PublicKey = { line: string; fingerprint: string; comment: string };

/** How many bits an RSA key must have. */
const leastRsaBits = 2048;

/** What follows the name of a key's type in its blob: a judgement on the fields, which are length-prefixed. */
const types: Record<string, (fields: Buffer[]) => KeyProblem | null> = {
  'ssh-ed25519': ([key, ...rest]) => whole(key?.length === 32 && rest.length === 0),
  'sk-ssh-ed25519@openssh.com': ([key, application]) => whole(key?.length === 32 && application),
  'ecdsa-sha2-nistp256': (fields) => onCurve(fields, 'nistp256', 65),
  'ecdsa-sha2-nistp384': (fields) => onCurve(fields, 'nistp384', 97),
  'ecdsa-sha2-nistp521': (fields) => onCurve(fields, 'nistp521', 133),
  'sk-ecdsa-sha2-nistp256@openssh.com': (fields) => onCurve(fields, 'nistp256', 65),
  'ssh-rsa': ([exponent, modulus]) => {
    if (!exponent || !modulus) return 'notAKey';
    return bitsOf(modulus) < leastRsaBits ? 'tooShort' : null;
  },
};

/** Reads the one line of a public key file, as people paste it. */
export function readPublicKey(text: string): Outcome<PublicKey, KeyProblem> {
  if (/PRIVATE KEY|PuTTY-User-Key-File/.test(text)) return refused('privateKey');
  const match = /^([a-z0-9@.-]+) ([A-Za-z0-9+/]+={0,2})(?:[ \t]+(\S.*))?$/.exec(text.trim());
  const [, type = '', base64 = '', comment = ''] = match ?? [];
  const fields = fieldsOf(Buffer.from(base64, 'base64'));
  if (!fields || fields[0]?.toString('latin1') !== type) return refused('notAKey');

  const judge = types[type];
  if (!judge) return refused('unsupportedType');
  const problem = judge(fields.slice(1));
  const line = `${type} ${base64}`;
  return problem ? refused(problem) : done({ line, fingerprint: fingerprintOf(line), comment });
}

/** The fingerprint of a public key (type and base64), as ssh and sshd write it. */
export function fingerprintOf(line: string): string {
  const blob = Buffer.from(line.split(' ')[1] ?? '', 'base64');
  return `SHA256:${createHash('sha256').update(blob).digest('base64').replace(/=+$/, '')}`;
}

/** The length-prefixed fields of a key's blob; null when they do not end where it does. */
function fieldsOf(blob: Buffer): Buffer[] | null {
  const fields: Buffer[] = [];
  let at = 0;
  while (at + 4 <= blob.length) {
    const end = at + 4 + blob.readUInt32BE(at);
    if (end > blob.length) return null;
    fields.push(blob.subarray(at + 4, end));
    at = end;
  }
  return at === blob.length && at > 0 ? fields : null;
}

function onCurve([curve, point]: Buffer[], name: string, bytes: number): KeyProblem | null {
  return whole(curve?.toString('latin1') === name && point?.length === bytes && point[0] === 4);
}

function bitsOf(integer: Buffer): number {
  return BigInt(`0x${integer.toString('hex') || '0'}`).toString(2).length;
}

function whole(fits: unknown): KeyProblem | null {
  return fits ? null : 'notAKey';
}
