import { sql } from 'drizzle-orm';
import { bigint, timestamp, uuid } from 'drizzle-orm/pg-core';

/** A primary key that sorts by creation. */
export const primaryId = () => uuid().primaryKey().default(sql`uuidv7()`);
/** An instant, in UTC. */
export const instant = () => timestamp({ withTimezone: true, mode: 'date' });
/** Money in whole micro-dollars (1e-6 USD), or any other integer that may pass 2^53. */
export const whole = () => bigint({ mode: 'bigint' });
/** A key that counts up. */
export const identity = () => bigint({ mode: 'bigint' }).primaryKey().generatedAlwaysAsIdentity();
