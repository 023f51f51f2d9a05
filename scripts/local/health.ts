import { setTimeout as sleep } from 'node:timers/promises';
import { UpstreamError } from '../../lib/errors.ts';

const PATIENCE_MS = 60_000;

/** Resolves when the web program says that it, the database and a relay are well; gives up after a minute. */
export async function untilHealthy(port: number) {
  const deadline = performance.now() + PATIENCE_MS;
  for (;;) {
    const answer = await fetch(`http://127.0.0.1:${port}/api/health`).catch(() => null);
    const told = (await answer?.text()) ?? 'no answer';
    if (answer?.ok && JSON.parse(told).relays > 0) return;
    if (performance.now() > deadline) throw new UpstreamError('web', `not healthy: ${told}`, { retryable: false });
    await sleep(200);
  }
}
