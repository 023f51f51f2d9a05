import { argon2, randomBytes, timingSafeEqual } from 'node:crypto';
import { promisify } from 'node:util';
import { invariant } from '#lib/errors';

/** What a hash costs today; hashes made cheaper are made anew at the next sign-in. */
const cost = { memory: 19_456, passes: 2, parallelism: 1 };
const hashBytes = 32;

/** How many hashes are computed at once: bounds their memory (19 MiB each), whatever the crowd at the door. */
const atOnce = 2;
const turns = takeTurns(atOnce);

type Cost = typeof cost;
type Hash = Cost & { salt: Buffer; hash: Buffer };

/** The password as the database keeps it: argon2id, in the usual `$argon2id$…` notation. */
export async function hashPassword(password: string): Promise<string> {
  const salt = randomBytes(16);
  const hash = await derive(password, { ...cost, salt, length: hashBytes });
  const text = (bytes: Buffer) => bytes.toString('base64').replaceAll('=', '');
  return `$argon2id$v=19$m=${cost.memory},t=${cost.passes},p=${cost.parallelism}$${text(salt)}$${text(hash)}`;
}

/** Whether `password` is the one that was hashed; a missing hash takes as long and is never right. */
export async function verifyPassword(password: string, stored: string | null): Promise<boolean> {
  const expected = stored === null ? nobody : read(stored);
  const actual = await derive(password, { ...expected, length: expected.hash.length });
  return timingSafeEqual(actual, expected.hash) && stored !== null;
}

/** Whether a hash was made with less effort than we ask today. */
export function isOutdated(stored: string): boolean {
  const { memory, passes } = read(stored);
  return memory < cost.memory || passes < cost.passes;
}

const nobody: Hash = { ...cost, salt: randomBytes(16), hash: randomBytes(hashBytes) };

function read(stored: string): Hash {
  const match = /^\$argon2id\$v=19\$m=(\d+),t=(\d+),p=(\d+)\$([^$]+)\$([^$]+)$/.exec(stored);
  invariant(match, 'a stored password is an argon2id hash');
  const [, memory, passes, parallelism, salt = '', hash = ''] = match;
  return {
    memory: Number(memory),
    passes: Number(passes),
    parallelism: Number(parallelism),
    salt: Buffer.from(salt, 'base64'),
    hash: Buffer.from(hash, 'base64'),
  };
}

function derive(
  password: string,
  { memory, passes, parallelism, salt, length }: Cost & { salt: Buffer; length: number },
) {
  const message = password.normalize('NFC');
  const options = { message, nonce: salt, memory, passes, parallelism, tagLength: length };
  return turns(() => promisify(argon2)('argon2id', options));
}

/** Runs what it is given, at most `places` at the same time, first come first served. */
function takeTurns(places: number) {
  const waiting: (() => void)[] = [];
  const free = { places };
  return async <Result>(work: () => Promise<Result>): Promise<Result> => {
    if (free.places > 0) free.places--;
    else await new Promise<void>((resolve) => waiting.push(resolve));
    try {
      return await work();
    } finally {
      const next = waiting.shift();
      if (next) next();
      else free.places++;
    }
  };
}
