import { createConnection } from 'node:net';
import { createInterface } from 'node:readline';
import { text } from 'node:stream/consumers';
import { finished } from 'node:stream/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { UpstreamError } from '../lib/errors.ts';

/** HAProxy's runtime socket: what it does now can be asked and changed without a restart. */
export type Runtime = {
  /** Gives one command and answers what HAProxy said. */
  ask(command: string): Promise<string>;
  /** Resolves once HAProxy, which may just be starting, answers; gives up after five seconds. */
  ready(): Promise<void>;
  /** Tells `listener` each line that `command` brings forth, until HAProxy ends or `signal` aborts. */
  follow(command: string, listener: (line: string) => void, signal: AbortSignal): Promise<void>;
};

/** The runtime socket at `path`. */
export function openRuntime(path: string): Runtime {
  const ask = (command: string) => {
    const socket = createConnection(path);
    socket.setTimeout(10_000, () => socket.destroy(failure('does not answer')));
    socket.end(`${command}\n`);
    return text(socket).catch((cause: unknown) => {
      throw failure('cannot be reached', cause);
    });
  };
  return {
    ask,
    async ready() {
      const deadline = performance.now() + 5000;
      const retry = async (cause: unknown): Promise<string> => {
        if (performance.now() > deadline) throw cause;
        await sleep(25);
        return ask('show version').catch(retry);
      };
      await ask('show version').catch(retry);
    },
    async follow(command, listener, signal) {
      const socket = createConnection({ path, signal });
      socket.write(`${command}\n`);
      // The reader of lines passes the socket's errors on; they are dealt with below.
      createInterface({ input: socket })
        .on('line', listener)
        .on('error', () => {});
      await finished(socket, { writable: false }).catch((cause: unknown) => {
        if (!signal.aborted) throw failure('cannot be reached', cause);
      });
    },
  };
}

function failure(message: string, cause?: unknown): UpstreamError {
  return new UpstreamError('HAProxy', message, { retryable: true, cause });
}
