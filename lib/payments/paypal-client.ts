import { z } from 'zod';
import { type Answer, ask } from './http.ts';
import { PaymentError, type PaymentFailure } from './provider.ts';

/** What an operator sets to be paid through PayPal; `vault` says whether the account may save wallets. */
export type PaypalSettings = { clientId: string; clientSecret: string; webhookId: string; url: string; vault: boolean };

/** One call of PayPal's API; `key` makes repeating it harmless. */
export type Call = { method: 'GET' | 'POST' | 'DELETE'; path: string; body?: object; key?: string };

/** Calls PayPal with a token of ours. */
export type Client = (call: Call) => Promise<Answer>;

/** The name under which errors speak of PayPal. */
export const PAYPAL = 'paypal';

const tokenAnswer = z.object({ access_token: z.string(), expires_in: z.number() });
const refusal = z.object({
  name: z.string().optional(),
  details: z.array(z.object({ issue: z.string() })).optional(),
});

/** A client that fetches its token when it needs one, and another when that has been taken back. */
export function connect({ clientId, clientSecret, ...settings }: PaypalSettings): Client {
  const url = settings.url.replace(/\/$/, '');
  let token: { text: string; until: number } | null = null;

  async function authorize(): Promise<string> {
    if (token && token.until > Date.now()) return token.text;
    const answer = await ask(PAYPAL, `${url}/v1/oauth2/token`, {
      method: 'POST',
      headers: {
        authorization: `Basic ${Buffer.from(`${clientId}:${clientSecret}`).toString('base64')}`,
        'content-type': 'application/x-www-form-urlencoded',
      },
      body: 'grant_type=client_credentials',
    }).catch(beforeTheCall);
    const { access_token, expires_in } = read(tokenAnswer, answer);
    token = { text: access_token, until: Date.now() + (expires_in - 60) * 1000 };
    return access_token;
  }

  async function send({ method, path, body, key }: Call): Promise<Answer> {
    const headers = new Headers({ authorization: `Bearer ${await authorize()}`, prefer: 'return=representation' });
    if (key) headers.set('paypal-request-id', key);
    if (body) headers.set('content-type', 'application/json');
    return ask(PAYPAL, url + path, { method, headers, body: body ? JSON.stringify(body) : null });
  }

  return async (call) => {
    const aged = token !== null;
    return send(call).catch((error: unknown) => {
      if (!(error instanceof PaymentError) || error.failure !== 'misconfigured') throw error;
      token = null;
      if (aged) return send(call);
      throw error;
    });
  };
}

/** Without a token nothing was asked for, however its own answer was lost. */
function beforeTheCall(error: unknown): never {
  if (!(error instanceof PaymentError) || error.failure !== 'unknown') throw error;
  throw new PaymentError(PAYPAL, 'gave no token', 'notDone', error);
}

/** Refusals that end by themselves, and what they leave open. */
const passing: Record<string, PaymentFailure> = {
  PREVIOUS_REQUEST_IN_PROGRESS: 'unknown',
  REFUND_FAILED_INSUFFICIENT_FUNDS: 'notDone',
  INSUFFICIENT_FUNDS: 'notDone',
};

/** Reads an answer; a refusal, or an answer of another shape, is a PaymentError. */
export function read<Shape>(shape: z.ZodType<Shape>, answer: Answer): Shape {
  const issue = issueOf(answer);
  if (issue) throw new PaymentError(PAYPAL, `refused: ${issue}`, passing[issue] ?? 'misconfigured');
  const parsed = shape.safeParse(answer.body);
  if (!parsed.success) throw new PaymentError(PAYPAL, 'answered in a way that we do not know', 'unknown');
  return parsed.data;
}

/** PayPal's word for why it refused; null when it did not. */
export function issueOf({ status, body }: Answer): string | null {
  if (status < 400) return null;
  const { data } = refusal.safeParse(body);
  const word = data?.details?.[0]?.issue ?? data?.name ?? '';
  return /^[A-Z_]+$/.test(word) ? word : `STATUS_${status}`;
}
