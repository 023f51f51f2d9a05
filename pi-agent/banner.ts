import { once } from 'node:events';
import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { Problem } from './problem.ts';

const pauseMs = 10;

/** Whether an ssh server greets at `host`. */
export const greetsSsh = (host: string) => greets(host, 22, /^SSH-2\.0-/);

/** Returns once an ssh server greets at `host`; a refused connection is tried again until `withinMs` are over. */
export async function waitForBanner(host: string, withinMs: number): Promise<void> {
  await until(() => greetsSsh(host), withinMs, `Nothing on ${host} answered ssh`);
}

/** Returns once something listens at `port` of `host`. */
export async function waitForListener(host: string, port: number, withinMs: number): Promise<void> {
  await until(() => greets(host, port, null), withinMs, `Nothing on ${host} listens at port ${port}`);
}

/** Returns once `holds`, which is asked every 10 ms; a `Problem` that begins with `otherwise` after `withinMs`. */
export async function until(holds: () => Promise<boolean>, withinMs: number, otherwise: string): Promise<void> {
  const deadline = Date.now() + withinMs;
  while (!(await holds())) {
    if (Date.now() > deadline) throw new Problem(`${otherwise} within ${withinMs / 1000} s.`);
    await sleep(pauseMs);
  }
}

async function greets(host: string, port: number, greeting: RegExp | null): Promise<boolean> {
  const socket = connect(port, host);
  try {
    await once(socket, 'connect', { signal: AbortSignal.timeout(1000) });
    if (greeting === null) return true;
    const [first]: Buffer[] = await once(socket, 'data', { signal: AbortSignal.timeout(2000) });
    return greeting.test(first?.toString('latin1') ?? '');
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}
