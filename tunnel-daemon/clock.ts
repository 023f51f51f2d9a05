/** The database's time, told by this machine's monotonic clock: it never jumps between two looks at the database. */
export type Clock = { now(): Date; compare(): Promise<void> };

/** A clock that `readDatabase` sets; until it has, it goes by this machine's time. */
export function createClock(readDatabase: () => Promise<Date>): Clock {
  const held = { offset: Date.now() - performance.now() };
  return {
    now: () => new Date(Math.floor(performance.now() + held.offset)),
    async compare() {
      const before = performance.now();
      const time = await readDatabase();
      held.offset = time.getTime() - (before + performance.now()) / 2;
    },
  };
}
