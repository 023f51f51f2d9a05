import { sql } from 'drizzle-orm';
import { db } from '#db/client';
import { type Clock, createClock } from './process/clock.ts';

/** One a process, also where a bundler loads this file twice. */
const held = globalThis as typeof globalThis & { rpibrokerClock?: Clock };
held.rpibrokerClock ??= createClock(readClock);
const clock: Clock = held.rpibrokerClock;

/** What time it is by the database's clock, by which all billing goes, whatever this machine's clock says. */
export function databaseTime(): Date {
  return clock.now();
}

/** Sets this process's idea of the database's time; until the first time it goes by this machine. */
export function compareClocks(): Promise<void> {
  return clock.compare();
}

/** The database's clock itself. */
export async function readClock(): Promise<Date> {
  const { rows } = await db.execute<{ now: string }>(sql`select to_json(clock_timestamp()) #>> '{}' as now`);
  return new Date(rows[0]?.now ?? Number.NaN);
}
