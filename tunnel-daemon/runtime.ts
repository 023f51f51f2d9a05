import { createConnection } from 'node:net';
import { createInterface } from 'node:readline';
import { text } from 'node:stream/consumers';
import { UpstreamError } from '../lib/errors.ts';

/** HAProxy's runtime socket: what it does now can be asked and changed without a restart. */
export type Runtime = {
  /** Gives one command and answers what HAProxy said. */
  ask(command: string): Promise<string>;
  /** Tells `listener` each line that `command` brings forth, until HAProxy ends or `signal` aborts. */
  follow(command: string, listener: (line: string) => void, signal: AbortSignal): Promise<void>;
};

/** The runtime socket at `path`. */
export function openRuntime(path: string): Runtime {
  return {
    async ask(command) {
      const socket = createConnection(path);
      socket.setTimeout(10_000, () => socket.destroy(failure('does not answer')));
      socket.end(`${command}\n`);
      return text(socket).catch((cause: unknown) => {
        throw failure('cannot be reached', cause);
      });
    },
    async follow(command, listener, signal) {
      const socket = createConnection({ path, signal });
      socket.write(`${command}\n`);
      const lines = createInterface({ input: socket, signal });
      lines.on('line', listener);
      await new Promise<void>((resolve) => socket.once('close', () => resolve()).on('error', () => {}));
    },
  };
}

function failure(message: string, cause?: unknown): UpstreamError {
  return new UpstreamError('HAProxy', message, { retryable: true, cause });
}
