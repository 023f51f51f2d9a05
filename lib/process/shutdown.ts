/** How a process was asked to end: `drain` hands over and leaves its children, `stop` ends everything. */
export type Farewell = 'drain' | 'stop';

/** Resolves when the process is asked to end: SIGTERM means drain, SIGINT (Ctrl-C) means stop. */
export function farewell(): Promise<Farewell> {
  return new Promise((resolve) => {
    process.once('SIGTERM', () => resolve('drain'));
    process.once('SIGINT', () => resolve('stop'));
  });
}
