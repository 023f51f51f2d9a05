import { setTimeout as sleep } from 'node:timers/promises';

/** How a loop is stopped, and who hears of a round that failed. */
export type LoopOptions = { signal: AbortSignal; onError: (error: unknown) => void };

/** Runs `work`, waits, repeats until stopped. One failed round is reported and never ends the loop. */
export async function every(seconds: number, work: () => Promise<void>, { signal, onError }: LoopOptions) {
  while (!signal.aborted) {
    await work().catch(onError);
    await sleep(seconds * 1000, undefined, { signal }).catch(() => {});
  }
}
