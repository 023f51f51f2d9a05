import { setTimeout as sleep } from 'node:timers/promises';
import { UpstreamError } from '../../lib/errors.ts';

/** Resolves when the web program says that it, the database and a relay are well; gives up after a minute. */
export async function untilHealthy(port: number) {
  const deadline = Date.now() + 60_000;
  for (;;) {
    const answer = await fetch(`http://127.0.0.1:${port}/api/health`).catch(() => null);
    if (answer?.ok) return;
    if (Date.now() > deadline) {
      throw new UpstreamError('web', `not healthy: ${answer ? await answer.text() : 'no answer'}`, {
        retryable: false,
      });
    }
    await sleep(200);
  }
}
