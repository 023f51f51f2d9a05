import { AsyncLocalStorage } from 'node:async_hooks';
import type { ServerResponse } from 'node:http';

/** One store a process, also where a bundler loads this file twice. */
const held = globalThis as typeof globalThis & { rpibrokerAnswers?: AsyncLocalStorage<ServerResponse> };
held.rpibrokerAnswers ??= new AsyncLocalStorage();

/** Runs what answers a request with `response`, and lets it say that something is away. */
export function answering(response: ServerResponse, work: () => unknown) {
  held.rpibrokerAnswers?.run(response, work);
}

/**
 * Makes the answer to the request in hand a 503 (RFC 9110 §15.6.4), whatever its words are: something that we depend on
 * is away for now. Next offers actions no status of their own for that, and gives a page that fails a 500 afterwards.
 */
export function sayUnavailable() {
  const response = held.rpibrokerAnswers?.getStore();
  if (!response || response.headersSent) return;
  Object.defineProperty(response, 'statusCode', { get: () => 503, set: () => {} });
  response.setHeader('retry-after', '5');
}
