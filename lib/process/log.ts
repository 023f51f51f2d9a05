import { type Logger, pino } from 'pino';

export type { Logger };

/** One JSON line an event on standard output; secrets by their usual names never reach it. */
export function createLog(program: 'web' | 'daemon' | 'agent' | 'scripts', level = 'info'): Logger {
  return pino({
    level,
    base: { program },
    timestamp: pino.stdTimeFunctions.isoTime,
    redact: { paths: ['password', 'token', 'key', '*.password', '*.token', '*.key'], censor: '[hidden]' },
  });
}
