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

type Crash<Scene> = {
  scene: () => Promise<Scene>;
  work: (scene: Scene) => Promise<unknown>;
  /** What happens afterwards; where nothing is said, whoever was cut off tries again, and may hear that it is done. */
  goOn?: (scene: Scene) => Promise<unknown>;
  expectConverged: (scene: Scene) => Promise<void>;
};

/**
 * Cuts `work` before its first statement, its second and so on, each time in a scene of its own, and at last when all is
 * done and only the answer is lost. Answers how many statements there are.
 */
export async function atEveryStatement<Scene>({ scene, work, goOn = work, expectConverged }: Crash<Scene>) {
  const crash = async (statement: number, moment: Moment) => {
    const one = await scene();
    const reached = await cutShort(statement, moment, () => work(one));
    await goOn(one);
    await expectConverged(one);
    return reached;
  };
  const reached = { statements: 0 };
  while (await crash(reached.statements + 1, 'unasked')) reached.statements++;
  // Where chance makes the work try once more, such as after drawing a port that is taken, one run has more statements.
  while (!(await crash(reached.statements, 'unheard'))) reached.statements--;
  return reached.statements;
}
