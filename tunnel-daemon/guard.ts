import type { Logger } from '../lib/process/log.ts';
import type { Runtime } from './runtime.ts';

/** Sources are shut out when they fail so often within ten minutes. */
const MOST_FAILURES = 6;
const MEMORY_MS = 10 * 60_000;
/** Of how many sources failures are remembered. */
const MOST_SOURCES = 50_000;

/** Counts failed sign-ins by where they really come from, and has HAProxy shut such sources out for a while. */
export type Guard = {
  /** Hears from HAProxy from where each connection to sshd really comes, until HAProxy ends or `signal` aborts. */
  listen(signal: AbortSignal): Promise<void>;
  failed(port: number, at: Date): Promise<void>;
  /** A device has signed in: failures beside it, behind the same address, may no longer shut it out. */
  succeeded(port: number): Promise<void>;
  /** From where a connection really comes, or null when HAProxy has not told. */
  sourceOf(port: number): string | null;
};

/** A guard that uses HAProxy's tables `blocked` and `trusted`, whose entries end by themselves. */
export function createGuard(runtime: Runtime, log: Logger): Guard {
  const sources = new Map<number, string>();
  const failures = new Map<string, number[]>();

  return {
    listen: (signal) =>
      runtime.follow(
        'show events arrivals -w',
        (line) => {
          const [source = '', port] = line.split(' ');
          sources.set(Number(port), source);
        },
        signal,
      ),
    async failed(port, at) {
      const source = sources.get(port);
      if (!source) return;
      const now = at.getTime();
      const recent = [...(failures.get(source) ?? []), now].filter((then) => then > now - MEMORY_MS);
      // The youngest at the end: whoever has been quiet longest is forgotten first.
      failures.delete(source);
      failures.set(source, recent);
      if (failures.size > MOST_SOURCES) failures.delete(failures.keys().next().value ?? source);
      if (recent.length <= MOST_FAILURES) return;
      failures.delete(source);
      await mark(runtime, 'blocked', source);
      log.warn({ source }, 'source shut out after failed sign-ins');
    },
    async succeeded(port) {
      const source = sources.get(port);
      if (source) await mark(runtime, 'trusted', source);
    },
    sourceOf: (port) => sources.get(port) ?? null,
  };
}

function mark(runtime: Runtime, table: 'blocked' | 'trusted', source: string): Promise<string> {
  return runtime.ask(`set table ${table} key ${source} data.gpc0 1`);
}
