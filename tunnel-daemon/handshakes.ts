import { randomInt } from 'node:crypto';

const MINUTE = 60_000;
const LEAST_MS = 5 * MINUTE;
const MOST_MS = 60 * MINUTE;
/** A rental that was proven later than this before a daemon takes it over needs no handshake at once. */
export const LATELY_MS = 10 * MINUTE;

/** For how long a rental's host key, just compared, is not compared again; drawn anew each time, so nobody can prepare. */
export function untilNextHandshake(): number {
  return randomInt(LEAST_MS, MOST_MS);
}

/** The same for a rental that is taken over from another daemon: spread, as they are all taken over at one moment. */
export function untilFirstHandshake(): number {
  return randomInt(MOST_MS);
}
