import { leadAlone } from '#db/leader';
import type { Letterhead } from '../accounts/commands.ts';
import { compareClocks, databaseTime } from '../clock.ts';
import { tellOfAbsences } from '../devices/absences.ts';
import { recheckDevices } from '../devices/rechecks.ts';
import { failLateWipes } from '../devices/wipes.ts';
import { checkInvariants } from '../ledger/invariants.ts';
import { sendDueMails } from '../mail/commands.ts';
import type { MailTransport } from '../mail/transport.ts';
import { postUsage, tickMeters } from '../metering/commands.ts';
import type { Treasury } from '../payments/registry.ts';
import type { Logger } from '../process/log.ts';
import { every } from '../process/loop.ts';
import { forgetOldLimits } from '../rate-limits/commands.ts';
import { closeSilentRelays } from '../relays/commands.ts';
import { endExpired, endLost, resumeFunded, suspendExhausted } from '../rentals/commands.ts';
import { tellRenters } from '../rentals/letters.ts';
import type { Sealer } from '../secrets.ts';
import { forgetOldSessions } from '../sessions/commands.ts';
import { refreshUptime } from '../uptime/commands.ts';
import { moneyJobs } from './money.ts';

const CLOCK_SECONDS = 10;
const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

/** What the jobs need from the process that runs them; without `mail`, mail stays in the outbox. */
export type JobSettings = {
  log: Logger;
  sealer: Sealer;
  mail: MailTransport | null;
  treasury: Treasury | null;
  meterTickSeconds?: number;
};

/** Something that happens by itself, again and again. */
export type Job = { name: string; everySeconds: number; run: (at: Date) => Promise<unknown> };

/** Everything that happens by itself. Each job may run twice, late or beside another: the outcome is the same. */
function jobsOf({ log, sealer, mail: transport, treasury, meterTickSeconds = 60 }: JobSettings): Job[] {
  const mail = transport && { transport, sealer };
  return [
    { name: 'suspendExhausted', everySeconds: 2, run: (at) => suspendExhausted({ at }) },
    { name: 'resumeFunded', everySeconds: 2, run: (at) => resumeFunded({ at }) },
    { name: 'endExpired', everySeconds: 2, run: (at) => endExpired({ at }) },
    { name: 'endLost', everySeconds: 60, run: (at) => endLost({ at }) },
    { name: 'failLateWipes', everySeconds: 300, run: (at) => failLateWipes({ at }) },
    { name: 'recheckDevices', everySeconds: 300, run: (at) => recheckDevices({ at, sealer }) },
    { name: 'closeSilentRelays', everySeconds: 10, run: (at) => closeSilentRelays({ at }) },
    { name: 'tickMeters', everySeconds: meterTickSeconds, run: (at) => tickMeters({ at }) },
    { name: 'postUsage', everySeconds: 10, run: oncePer(HOUR_MS, (at) => postUsage({ at })) },
    { name: 'refreshUptime', everySeconds: 300, run: (at) => refreshUptime({ at }) },
    { name: 'forgetOldLimits', everySeconds: 3600, run: (at) => forgetOldLimits({ at }) },
    { name: 'forgetOldSessions', everySeconds: 3600, run: (at) => forgetOldSessions({ at }) },
    { name: 'checkBooks', everySeconds: 60, run: oncePer(DAY_MS, () => checkBooks(log)) },
    ...(treasury ? [...moneyJobs(treasury), ...letterJobs(treasury, databaseTime())] : []),
    ...(mail ? [{ name: 'sendDueMails', everySeconds: 1, run: (at: Date) => sendDueMails({ ...mail, at }) }] : []),
  ];
}

function letterJobs(letterhead: Letterhead, watchingSince: Date): Job[] {
  const tellOwners = (at: Date) => tellOfAbsences(letterhead, { at, watchingSince });
  return [
    { name: 'tellRenters', everySeconds: 5, run: () => tellRenters(letterhead) },
    { name: 'tellOfAbsences', everySeconds: 60, run: tellOwners },
  ];
}

/**
 * Starts all jobs; of several processes that do so, one at a time works, and another takes over when it is gone. Each
 * keeps its clock by the database's.
 */
export function startJobs(settings: JobSettings): { stop(): Promise<void> } {
  const stopping = new AbortController();
  const lead = async (signal: AbortSignal) => {
    await compareClocks();
    settings.log.info('this process runs the jobs now');
    return Promise.all(jobsOf(settings).map((job) => repeat(job, settings.log, signal)));
  };
  const { signal } = stopping;
  const warn = (sentence: string) => (err: unknown) => settings.log.warn({ err }, sentence);
  const ended = [
    leadAlone({ name: 'jobs', lead, signal, onError: warn('cannot ask whether to run the jobs') }),
    every(CLOCK_SECONDS, compareClocks, { signal, onError: warn('cannot read the database’s clock') }),
  ];
  return {
    async stop() {
      stopping.abort();
      await Promise.all(ended);
    },
  };
}

function repeat({ name, everySeconds, run }: Job, log: Logger, signal: AbortSignal) {
  const onError = (err: unknown) => log.error({ job: name, err }, 'a job failed and will be tried again');
  return every(everySeconds, async () => void (await run(databaseTime())), { signal, onError });
}

/** Lets `work` happen once in each period of the clock, as at its beginning; a failure leaves it to be done. */
function oncePer(periodMs: number, work: (at: Date) => Promise<unknown>): Job['run'] {
  let finished = -1;
  return async (at) => {
    const period = Math.floor(at.getTime() / periodMs);
    if (period === finished) return;
    await work(new Date(period * periodMs));
    finished = period;
  };
}

async function checkBooks(log: Logger) {
  const broken = (await checkInvariants()).filter(({ ok }) => !ok);
  for (const { name, detail } of broken) log.error({ detail }, `the books are wrong: "${name}" does not hold`);
}
