import type { Runtime } from './runtime.ts';
import { cutSessions } from './sessions.ts';

/** How long a caller may say nothing at all. */
const PATIENCE_SECONDS = 7;

/**
 * Ends connections to renters' ports whose caller has not sent a byte. An environment's sshd cannot: it does not tell
 * them from people who look for their password.
 */
export async function endSilentCalls(runtime: Runtime): Promise<void> {
  const calls = youngCalls(await runtime.ask('show sess'));
  for (const { id, age } of calls) {
    if (age < PATIENCE_SECONDS) continue;
    if (isSilent(await runtime.ask(`show sess ${id}`))) await cutSessions(runtime, [{ id }]);
  }
}

/** Calls on renters' ports that are less than a minute old. */
function youngCalls(list: string): { id: string; age: number }[] {
  return [...list.matchAll(/^(0x[0-9a-f]+): .* fe=environments .* age=(\d+)s /gm)].map(([, id = '', age]) => ({
    id,
    age: Number(age),
  }));
}

/** Whether nothing has come from the caller, by what HAProxy tells of one connection. */
function isSilent(details: string): boolean {
  return /^ +req=\S+ \(.* total=0\)/m.test(details);
}
