import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Logger } from '../process/log.ts';
import { MAX_BODY_BYTES } from '../protocol/agent.ts';

/** Answers one kind of request. */
export type Door = (request: Request) => Promise<Response>;

/**
 * Answers a request at one of the app's doors without Next in between, which keeps 57 KB for every request that
 * waits: with thousands of long polls that is most of the process.
 */
export async function answerDirectly(door: Door, incoming: IncomingMessage, outgoing: ServerResponse, log: Logger) {
  const gone = new AbortController();
  outgoing.once('close', () => gone.abort());
  try {
    const answer = await door(await requestOf(incoming, gone.signal));
    outgoing.writeHead(answer.status, Object.fromEntries(answer.headers));
    outgoing.end(await answer.bytes());
  } catch (err) {
    // Who hung up before all was sent waits for nothing.
    if (incoming.destroyed && !incoming.complete) return;
    log.error({ err, url: incoming.url }, 'a request failed');
    if (!outgoing.headersSent) outgoing.writeHead(500);
    outgoing.end();
  }
}

async function requestOf(incoming: IncomingMessage, signal: AbortSignal): Promise<Request> {
  const { method = 'GET', url = '/', headers } = incoming;
  const lines = Object.entries(headers).map(([name, value]): [string, string] => [name, String(value)]);
  return new Request(new URL(url, 'http://localhost'), {
    method,
    headers: lines,
    body: await bodyOf(incoming),
    signal,
  });
}

/** The body, or as much of one that is too large as the door needs to see that it is. */
async function bodyOf(incoming: IncomingMessage): Promise<Buffer<ArrayBuffer>> {
  const chunks: Buffer[] = [];
  let size = 0;
  // Whoever sends too much still gets an answer.
  for await (const chunk of incoming.iterator({ destroyOnReturn: false })) {
    chunks.push(chunk);
    size += chunk.length;
    if (size > MAX_BODY_BYTES) break;
  }
  return Buffer.concat(chunks);
}
