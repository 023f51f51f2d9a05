import { PaymentError } from './provider.ts';

/** What a provider answered: its status and its JSON, null where it sent none. */
export type Answer = { status: number; body: unknown };

/** How long we wait for a provider before its answer counts as lost, unless the caller knows better. */
const PATIENCE_MS = 20_000;

/** Failures of a connection that never came about: nothing was sent. */
const neverSent = new Set(['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'UND_ERR_CONNECT_TIMEOUT']);

/**
 * Asks a provider over HTTP. Answers below 500 come back for the adapter to read; a lost answer and a failure of the
 * provider's own are PaymentErrors that tell whether the call may have been carried out.
 */
export async function ask(provider: string, url: string, request: RequestInit = {}): Promise<Answer> {
  const signal = request.signal ?? AbortSignal.timeout(PATIENCE_MS);
  const response = await fetch(url, { redirect: 'error', ...request, signal }).catch((cause: unknown) => {
    throw lost(provider, cause);
  });
  const text = await response.text().catch((cause: unknown) => {
    throw lost(provider, cause);
  });
  const { status } = response;
  if (status === 429) throw new PaymentError(provider, 'asks us to slow down', 'notDone');
  if (status >= 500) throw new PaymentError(provider, `answered ${status}`, 'unknown');
  if (status === 401 || status === 403)
    throw new PaymentError(provider, `refused our keys (${status})`, 'misconfigured');
  return { status, body: parse(provider, text) };
}

function lost(provider: string, cause: unknown) {
  const code = (cause as { cause?: { code?: string } }).cause?.code ?? '';
  if (neverSent.has(code)) return new PaymentError(provider, `cannot be reached (${code})`, 'notDone', cause);
  return new PaymentError(provider, 'its answer was lost', 'unknown', cause);
}

function parse(provider: string, text: string): unknown {
  if (text === '') return null;
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new PaymentError(provider, 'answered something that is not JSON', 'unknown', cause);
  }
}
