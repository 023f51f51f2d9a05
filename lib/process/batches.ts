/**
 * The command line that runs a program which carries bytes for others so that it carries many at a time: under
 * SCHED_BATCH (sched(7)) it does not interrupt whoever fills its socket for every little that arrives. Its share of the
 * processors stays the same, and everybody may ask for it.
 */
export function inBatches(command: string, args: string[]): { command: string; args: string[] } {
  return { command: 'chrt', args: ['--batch', '0', command, ...args] };
}
