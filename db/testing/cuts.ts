import pg from 'pg';
import { inject, vi } from 'vitest';

/** When a connection is cut: before the server sees a statement, or after it did it and before anybody hears of it. */
export type Moment = 'unasked' | 'unheard';

type Query = (this: pg.Client, ...args: unknown[]) => unknown;

/**
 * Does `work` and has PostgreSQL end the connection of its statement number `cutAt`, counting from 1, as when the
 * process is killed there. Answers whether that statement was reached; the failure of `work` is what was wanted.
 */
export async function cutShort(cutAt: number, moment: Moment, work: () => Promise<unknown>): Promise<boolean> {
  const query = pg.Client.prototype.query as unknown as Query;
  const killer = new pg.Client({ connectionString: inject('postgresUrl') });
  await killer.connect();
  const kill = ({ processID }: { processID?: number }) =>
    query.call(killer, 'select pg_terminate_backend($1, 5000)', [processID]) as Promise<unknown>;

  const seen = { statements: 0 };
  const saboteur = vi.spyOn(pg.Client.prototype, 'query').mockImplementation(function (this: pg.Client, ...args) {
    seen.statements++;
    if (seen.statements !== cutAt) return query.apply(this, args);
    const asked = args.filter((arg) => typeof arg !== 'function');
    const done = moment === 'unheard' ? Promise.resolve(query.apply(this, asked)) : Promise.resolve();
    // Asked on a connection that is gone, it fails as it would have.
    return done.then(() => kill(this as { processID?: number })).then(() => query.apply(this, args));
  } as Query as never);

  await work().catch(() => {});
  saboteur.mockRestore();
  await killer.end();
  return seen.statements >= cutAt;
}
