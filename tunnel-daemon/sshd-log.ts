import { open, truncate } from 'node:fs/promises';

/** What sshd's log tells of a connection, which it knows by the port from which HAProxy called. */
export type SshdEvent =
  | { kind: 'accepted'; port: number; fingerprint: string; line: string }
  | { kind: 'failed'; port: number }
  | { kind: 'denied'; port: number; asked: string };

const acceptedLine = /^Accepted publickey for \S+ from \S+ port (\d+) ssh2: \S+ (SHA256:\S+)/;
const failedLine =
  /^(?:Failed \S+ for .* from|Timeout before authentication for|Unable to negotiate with|banner exchange: Connection from) \S+ port (\d+)/;
const deniedLine = /^Received request from \S+ port (\d+) to (.+), but the request was denied\.$/;

/** What a line of sshd's log tells, or null when it is of no use to us. */
export function parseSshdLine(line: string): SshdEvent | null {
  const [, acceptedPort, fingerprint] = acceptedLine.exec(line) ?? [];
  if (acceptedPort && fingerprint) return { kind: 'accepted', port: Number(acceptedPort), fingerprint, line };
  const [, deniedPort, asked] = deniedLine.exec(line) ?? [];
  if (deniedPort && asked) return { kind: 'denied', port: Number(deniedPort), asked };
  const failedPort = failedLine.exec(line)?.[1];
  return failedPort ? { kind: 'failed', port: Number(failedPort) } : null;
}

/** A log file that others append to, read piece by piece. */
export type LogReader = {
  /** The whole lines that were added since the last call. */
  readNew(): Promise<string[]>;
  /** Empties the file but for `keep`, once it has grown large. */
  shorten(keep: () => string[]): Promise<void>;
};

const LARGE_BYTES = 16 * 1024 * 1024;

/** A reader that begins at the start of `file`. */
export function readLog(file: string): LogReader {
  const at = { offset: 0, rest: '' };
  return {
    async readNew() {
      const handle = await open(file, 'r');
      try {
        const { size } = await handle.stat();
        if (size < at.offset) Object.assign(at, { offset: 0, rest: '' });
        const { buffer } = await handle.read(Buffer.alloc(size - at.offset), 0, size - at.offset, at.offset);
        at.offset = size;
        const lines = (at.rest + buffer.toString()).split(/\r?\n/);
        at.rest = lines.pop() ?? '';
        return lines;
      } finally {
        await handle.close();
      }
    },
    async shorten(keep) {
      if (at.offset < LARGE_BYTES) return;
      await truncate(file);
      const handle = await open(file, 'a');
      await handle.write(
        keep()
          .map((line) => `${line}\n`)
          .join(''),
      );
      await handle.close();
    },
  };
}
