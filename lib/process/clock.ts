/** The database's time, told by this machine's monotonic clock: it never jumps between two looks at the database. */
export type Clock = { now(): Date; compare(): Promise<void> };

/** An answer that took longer says too little about when it was given, in milliseconds. */
const PROMPT_MS = 500;

/** A clock that `readDatabase` sets, at first in any case and later by prompt answers; until then it goes by this machine. */
export function createClock(readDatabase: () => Promise<Date>): Clock {
  const held = { offset: Date.now() - performance.now(), compared: false };
  return {
    now: () => new Date(Math.floor(performance.now() + held.offset)),
    async compare() {
      const before = performance.now();
      const time = await readDatabase();
      const after = performance.now();
      if (held.compared && after - before > PROMPT_MS) return;
      held.offset = time.getTime() - (before + after) / 2;
      held.compared = true;
    },
  };
}
