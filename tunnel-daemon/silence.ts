import type { Runtime } from './runtime.ts';
import { cutSessions, readSession } from './sessions.ts';

/** How long a caller may say nothing at all. */
const PATIENCE_SECONDS = 7;

/**
 * Ends connections to renters' ports whose caller has not sent a byte. An environment's sshd cannot: it does not tell
 * them from people who look for their password.
 */
export async function endSilentCalls(runtime: Runtime): Promise<void> {
  for (const id of youngCalls(await runtime.ask('show sess'))) {
    const details = await runtime.ask(`show sess ${id}`);
    const call = readSession(details);
    if (call && isSilent(details)) await cutSessions(runtime, [call]);
  }
}

/** Calls on renters' ports that have lasted long enough to say something, but less than a minute. */
function youngCalls(list: string): string[] {
  const calls = [...list.matchAll(/^(0x[0-9a-f]+): .* fe=environments .* age=(\d+)s /gm)];
  return calls.flatMap(([, id = '', age]) => (Number(age) < PATIENCE_SECONDS ? [] : id));
}

/** Whether nothing has come for long enough, by what HAProxy tells of one connection: it may be another than was listed. */
function isSilent(details: string): boolean {
  const age = Number(/ age=(\d+)s\)/.exec(details)?.[1] ?? 0);
  return age >= PATIENCE_SECONDS && /^ +req=\S+ \(.* total=0\)/m.test(details);
}
