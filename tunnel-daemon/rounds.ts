import { setTimeout as sleep } from 'node:timers/promises';
import type { LoopOptions } from '../lib/process/loop.ts';

/** A loop that can be woken; `finished` resolves when its last round is over. */
export type Rounds = { wake(): void; finished: Promise<void> };

/** Runs `work` every so many seconds, and at once when woken; what wakes it during a round starts another. */
export function startRounds(seconds: number, work: () => Promise<void>, { signal, onError }: LoopOptions): Rounds {
  const state = { woken: false, pause: new AbortController() };
  const loop = async () => {
    while (!signal.aborted) {
      state.woken = false;
      await work().catch(onError);
      state.pause = new AbortController();
      const interrupted = AbortSignal.any([signal, state.pause.signal]);
      if (!state.woken) await sleep(seconds * 1000, undefined, { signal: interrupted }).catch(() => {});
    }
  };
  return {
    wake() {
      state.woken = true;
      state.pause.abort();
    },
    finished: loop(),
  };
}
