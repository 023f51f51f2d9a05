import { createCipheriv, createDecipheriv, createHash, randomBytes } from 'node:crypto';
import { InvariantError, invariant } from './errors.ts';

/** Seals texts for the database and opens them again; a text moved to another row or changed by one bit does not open. */
export type Sealer = {
  seal(text: string, context: string): string;
  open(sealed: string, context: string): string;
};

/** What a sealed secret belongs to; sealing and opening must name the same. */
export const secretOf = {
  rental: (rentalId: string) => `rental:${rentalId}:password`,
  verification: (deviceId: string) => `device:${deviceId}:verify-password`,
};

const ivBytes = 12;
const tagBytes = 16;

/** A sealer (AES-256-GCM) that seals with the first of `keys` and opens what any of them has sealed. */
export function createSealer(keys: string[]): Sealer {
  const ring = keys.map((key) => ({ id: keyId(key), secret: createHash('sha256').update(key).digest() }));
  const [newest] = ring;
  invariant(newest, 'a sealer needs a key');

  return {
    seal(text, context) {
      const iv = randomBytes(ivBytes);
      const cipher = createCipheriv('aes-256-gcm', newest.secret, iv).setAAD(Buffer.from(context));
      const sealed = Buffer.concat([iv, cipher.update(text, 'utf8'), cipher.final(), cipher.getAuthTag()]);
      return `${newest.id}.${sealed.toString('base64url')}`;
    },
    open(sealed, context) {
      const [id, body = ''] = sealed.split('.');
      const key = ring.find((candidate) => candidate.id === id);
      if (!key) throw new InvariantError('a secret was sealed with a key that BROKER_SECRETS no longer names');
      return decrypt(key.secret, Buffer.from(body, 'base64url'), context);
    },
  };
}

/** What we keep of a token that somebody else holds: enough to recognise it, useless to a thief. */
export function hashToken(token: string): string {
  return createHash('sha256').update(token).digest('hex');
}

/** A token of 192 random bits, readable as ours by its prefix. */
export function newToken(prefix: string): string {
  return `${prefix}_${randomBytes(24).toString('base64url')}`;
}

function decrypt(secret: Buffer, sealed: Buffer, context: string): string {
  invariant(sealed.length >= ivBytes + tagBytes, 'a sealed secret was cut short');
  const decipher = createDecipheriv('aes-256-gcm', secret, sealed.subarray(0, ivBytes), { authTagLength: tagBytes })
    .setAAD(Buffer.from(context))
    .setAuthTag(sealed.subarray(-tagBytes));
  return decipher.update(sealed.subarray(ivBytes, -tagBytes), undefined, 'utf8') + decipher.final('utf8');
}

function keyId(key: string): string {
  return createHash('sha256').update(`id of ${key}`).digest('hex').slice(0, 8);
}
