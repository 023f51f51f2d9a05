import type { Logger } from '#lib/process/log';
import type { AgentOrder, EnvironmentReport, TimedStep } from '#lib/protocol/agent';
import type { Cell } from './cell.ts';
import { readTenant, writeTenant } from './disk.ts';
import type { Facts } from './facts.ts';
import { type Actual, environmentIn, nextStep, type Step } from './plan.ts';
import { sentenceOf } from './problem.ts';
import { execute, observe, type Parts } from './steps.ts';

type Keeping = { orders: Cell<AgentOrder | null>; facts: Facts; parts: Parts; log: Logger };

/** What was done for one task, what went wrong last, and how things stood when they were last looked at. */
type Journal = { task: string; steps: TimedStep[]; failures: number; problem: string | null; actual: Actual | null };

const lookAgainAfterMs = 10_000;
const mostWaitMs = 30_000;
const failuresToReport = 3;
const stepsKept = 30;

/** Brings back what was here before this program started, so that its first report is a true one. */
export async function restore(keeping: Keeping, signal: AbortSignal): Promise<void> {
  await oneRound({ ...keeping, order: null, journal: emptyJournal(null) }, signal);
}

/** Brings this device to what `orders` says, again and again, until `signal`. */
export async function keepReconciling(keeping: Keeping, signal: AbortSignal): Promise<void> {
  let journal = emptyJournal(null);
  while (!signal.aborted) {
    const order = keeping.orders.read();
    if (journal.task !== taskKey(order)) journal = emptyJournal(order);
    await oneRound({ ...keeping, order, journal }, signal);
    const patience = AbortSignal.timeout(waitMs(journal.failures));
    await keeping.orders.changedFrom(order, AbortSignal.any([signal, patience]));
  }
}

async function oneRound(round: Converging, signal: AbortSignal): Promise<void> {
  const { journal, log } = round;
  try {
    await converge(round, signal);
    journal.failures = 0;
    journal.problem = null;
  } catch (error) {
    journal.failures++;
    journal.problem = sentenceOf(error);
    log.error({ err: error, task: journal.task }, 'a step failed');
  }
  tell(round);
}

type Converging = Keeping & { order: AgentOrder | null; journal: Journal };

async function converge({ order, journal, orders, facts, parts, log }: Converging, signal: AbortSignal) {
  while (orders.read() === order && !signal.aborted) {
    const actual = await observe(parts, order?.image ?? null);
    journal.actual = actual;
    tell({ order, journal, facts, parts });
    const step = nextStep(order, actual);
    if (step === null) return;
    await timed(step, { journal, parts, log });
  }
}

async function timed(step: Step, { journal, parts, log }: Pick<Converging, 'journal' | 'parts' | 'log'>) {
  const start = performance.now();
  await execute(parts, step, journal.steps);
  const milliseconds = Math.round(performance.now() - start);
  journal.steps = [...journal.steps, { step: step.do, milliseconds }].slice(-stepsKept);
  log.info({ task: journal.task, step: step.do, milliseconds }, 'step done');
  // The story of an environment's start is kept with it, for programs that come after this one.
  const tenant = step.do === 'letIn' ? readTenant() : null;
  if (tenant?.steps.length === 0) await writeTenant({ ...tenant, steps: journal.steps });
}

type Telling = Pick<Converging, 'order' | 'journal' | 'facts' | 'parts'>;

function tell({ order, journal, facts, parts }: Telling): void {
  const verification = parts.state.read('verification');
  const wipe = parts.state.read('wipe');
  const failed = journal.failures >= failuresToReport ? journal.problem : null;
  const { task } = order ?? {};
  facts.write({
    environment: environmentNow(order, journal),
    verification:
      failed && task?.kind === 'verify'
        ? { id: task.environment.id, hardware: null, probes: [], problem: failed }
        : verification,
    wipe:
      failed && task?.kind === 'wipe'
        ? { id: task.wipeId, steps: journal.steps, imageDigest: null, problem: failed }
        : wipe,
  });
}

/** The environment that is here, else the one that was ordered and is on its way. */
function environmentNow(order: AgentOrder | null, journal: Journal): EnvironmentReport | null {
  const tenant = readTenant();
  const id = tenant?.id ?? (order && environmentIn(order.task)?.id);
  if (!id) return null;
  return {
    id,
    state: stateOf(journal),
    hostKey: tenant?.hostKey ?? null,
    steps: tenant?.steps.length ? tenant.steps : journal.steps,
    problem: journal.problem,
  };
}

/** Ready is only what has answered since it was started, or since it goes on after a pause. */
function stateOf({ actual, failures }: Journal): EnvironmentReport['state'] {
  if (actual?.container?.state === 'paused') return 'paused';
  if (actual?.container?.ready) return 'ready';
  return failures >= failuresToReport ? 'failed' : 'preparing';
}

function emptyJournal(order: AgentOrder | null): Journal {
  return { task: taskKey(order), steps: [], failures: 0, problem: null, actual: null };
}

function taskKey(order: AgentOrder | null): string {
  if (order === null) return 'none';
  const { task } = order;
  return `${task.kind} ${task.kind === 'wipe' ? task.wipeId : (environmentIn(task)?.id ?? '')}`.trim();
}

/** How long to wait after so many failures in a row, in milliseconds. */
export function waitMs(failures: number): number {
  return failures === 0 ? lookAgainAfterMs : Math.min(mostWaitMs, 500 * 2 ** failures);
}
