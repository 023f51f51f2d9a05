import type { z } from 'zod';
import type { LostAnswer } from '../provider.contract.ts';
import type { FakeAnswer, FakeRequest } from './fake-server.ts';

/** What a route answers when it could do what was asked. */
export type Done = { status: number; json: unknown };

/** One call of the API: how it is recognised, what it takes, what it does. */
export type Route<Input = unknown> = {
  method: 'GET' | 'POST' | 'DELETE';
  /** The one group is the id that the call is about. */
  path: RegExp;
  input: z.ZodType<Input>;
  answer(id: string, input: Input): Done;
};

/** PayPal's way to say no. */
export class Refused extends Error {
  readonly answer: Done;

  constructor(status: number, issue: string, more: object = {}) {
    super(issue);
    const names: Record<number, string> = { 400: 'INVALID_REQUEST', 404: 'RESOURCE_NOT_FOUND' };
    const json = { name: names[status] ?? 'UNPROCESSABLE_ENTITY', details: [{ issue }], debug_id: 'f4k3', ...more };
    this.answer = { status, json };
  }
}

/** A route, with its input in the shape that it asked for. */
export function route<Input>(one: Route<Input>): Route {
  return one as Route;
}

/**
 * Answers calls as PayPal does: only with a token, only known parameters, and once for each request id, which is
 * refused when it comes back with another body.
 */
export function openApi(routes: Route[], mayCall: (authorization: string) => boolean) {
  const records = new Map<string, { body: string; answer: Done }>();
  const lost: LostAnswer[] = [];

  function carryOut(request: FakeRequest): Done {
    const found = routes.find(({ method, path }) => method === request.method && path.test(request.path));
    if (!found) return new Refused(404, 'INVALID_RESOURCE_ID').answer;
    const id = request.headers['paypal-request-id'];
    if (id === undefined) return answerOnce(found, request);

    const known = records.get(`${request.path} ${id}`);
    if (known) return known.body === request.body ? known.answer : new Refused(422, 'DUPLICATE_REQUEST_ID').answer;
    const answer = answerOnce(found, request);
    records.set(`${request.path} ${id}`, { body: request.body, answer });
    return answer;
  }

  function answer(request: FakeRequest): FakeAnswer {
    if (!mayCall(request.headers.authorization ?? '')) return { status: 401, json: { error: 'invalid_token' } };
    const done = carryOut(request);
    const failure = request.method === 'GET' ? undefined : lost.shift();
    if (failure === 'hangUp') return 'hangUp';
    return failure ? { status: 500, json: { name: 'INTERNAL_SERVER_ERROR' } } : done;
  }
  return { answer, failNext: (how: LostAnswer) => void lost.push(how) };
}

function answerOnce({ path, input, answer }: Route, request: FakeRequest): Done {
  const given = request.method === 'POST' ? JSON.parse(request.body) : Object.fromEntries(request.query);
  const read = input.safeParse(given);
  if (!read.success) return new Refused(400, `INVALID_${read.error.issues[0]?.code}`.toUpperCase()).answer;
  try {
    return answer(decodeURIComponent(path.exec(request.path)?.[1] ?? ''), read.data);
  } catch (error) {
    if (error instanceof Refused) return error.answer;
    throw error;
  }
}
