import { randomBytes } from 'node:crypto';
import { connect, type Socket } from 'node:net';
import { UpstreamError } from '../lib/errors.ts';
import type { Door } from './probe.ts';

const TRIES = 5;
const PATIENCE_MS = 60_000;
const BLOCK = randomBytes(4 * 1024 * 1024);

/** Milliseconds from the relay to an environment and back: the best of five, from a server that answers our end. */
export async function measureRoundTrip(sink: Door): Promise<number> {
  const tries: number[] = [];
  while (tries.length < TRIES) tries.push(await timed(() => send(sink, Buffer.alloc(0))));
  // One round trip opens the channel, the second brings our end there and the answer back.
  return Math.min(...tries) / 2;
}

/** Megabits a second from the relay to an environment. */
export async function measureDownload(sink: Door): Promise<number> {
  return (BLOCK.length * 8) / 1000 / (await timed(() => send(sink, BLOCK)));
}

/** Megabits a second from an environment to the relay. */
export async function measureUpload(source: Door): Promise<number> {
  const got = { bytes: 0 };
  const milliseconds = await timed(async () => {
    got.bytes = await receive(connect(source));
  });
  return (got.bytes * 8) / 1000 / milliseconds;
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const began = performance.now();
  await work();
  return performance.now() - began;
}

async function send(door: Door, bytes: Buffer): Promise<void> {
  const socket = connect({ ...door, allowHalfOpen: true });
  socket.end(bytes);
  await receive(socket);
}

/** Reads to the end and answers how many bytes came. None at all, too many, or no end in time is a failure. */
async function receive(socket: Socket): Promise<number> {
  const patience = setTimeout(() => socket.destroy(silent()), PATIENCE_MS);
  const got = { bytes: 0 };
  try {
    for await (const chunk of socket) {
      got.bytes += (chunk as Buffer).length;
      // The other end is a stranger's: it could go on for ever.
      if (got.bytes > BLOCK.length) throw silent();
    }
  } finally {
    clearTimeout(patience);
  }
  if (got.bytes === 0) throw silent();
  return got.bytes;
}

function silent(): UpstreamError {
  return new UpstreamError('environment', 'did not answer a measurement', { retryable: true });
}
