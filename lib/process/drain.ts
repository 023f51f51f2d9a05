import { setMaxListeners } from 'node:events';

/** One a process, also where a bundler loads this file twice. */
const held = globalThis as typeof globalThis & { rpibrokerDrain?: AbortController };

/** Aborts once this process was asked to end; whatever waits for long then answers at once. */
export function draining(): AbortSignal {
  return controller().signal;
}

/** Tells everything in this process that it is about to end. */
export function beginDrain() {
  controller().abort();
}

function controller(): AbortController {
  if (!held.rpibrokerDrain) {
    held.rpibrokerDrain = new AbortController();
    // Thousands of long polls wait for it at once; that is no leak.
    setMaxListeners(0, held.rpibrokerDrain.signal);
  }
  return held.rpibrokerDrain;
}
