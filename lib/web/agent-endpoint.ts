import type { z } from 'zod';
import { noteTooOld } from '#lib/agents/commands';
import type { OrderParts } from '#lib/agents/queries';
import { type RegisterRefusal, registerRefusals } from '#lib/agents/refusals';
import { databaseTime } from '#lib/clock';
import { readImageManifest } from '#lib/config/images';
import { webConfig } from '#lib/config/web';
import { type Outcome, refused } from '#lib/outcome';
import { draining } from '#lib/process/drain';
import { AGENT_PROTOCOL, type AgentRefusal, MAX_BODY_BYTES } from '#lib/protocol/agent';
import { createSealer } from '#lib/secrets';
import { type BodyProblem, readJson } from './body.ts';
import { isOutage } from './outage.ts';

/** Why an agent is sent away. */
export type AgentProblem =
  | RegisterRefusal
  | BodyProblem
  | 'malformed'
  | 'agentTooNew'
  | 'unknownToken'
  | 'noImage'
  | 'unavailable';

const refusals: Record<AgentProblem, [status: number, message: string]> = {
  tooLarge: [413, 'This is more than the broker reads at once.'],
  tooDeep: [400, 'This is nested deeper than the broker reads.'],
  notJson: [400, 'This is not JSON.'],
  malformed: [400, 'The broker does not understand this.'],
  agentTooOld: [426, registerRefusals.agentTooOld],
  agentTooNew: [400, 'This agent is newer than the broker. Ask the broker’s admin to update it.'],
  unknownToken: [401, 'The broker does not know this device any more. Make a new key on its page and run the command.'],
  unknownKey: [401, registerRefusals.unknownKey],
  usedKey: [409, registerRefusals.usedKey],
  revokedKey: [410, registerRefusals.revokedKey],
  expiredKey: [410, registerRefusals.expiredKey],
  notATunnelKey: [400, registerRefusals.notATunnelKey],
  tunnelKeyTaken: [409, registerRefusals.tunnelKeyTaken],
  inUse: [409, registerRefusals.inUse],
  retired: [401, registerRefusals.retired],
  suspended: [403, registerRefusals.suspended],
  noRelay: [503, registerRefusals.noRelay],
  noImage: [503, 'The broker has no environment for this processor yet. This agent tries again by itself.'],
  unavailable: [503, 'Something that the broker depends on is away. This agent tries again by itself.'],
};

type Answer = Promise<Outcome<object, AgentProblem>>;

/** A door for agents: reads the body within limits, checks the protocol first, and phrases what is refused. */
export function agentEndpoint<Schema extends z.ZodType>(
  schema: Schema,
  answer: (body: z.output<Schema>, request: Request) => Answer,
): (request: Request) => Promise<Response> {
  return async (request) => {
    try {
      const outcome = await answerTo(request, schema, answer);
      return outcome.ok ? Response.json(outcome.value) : refusal(outcome.reason);
    } catch (error) {
      if (isOutage(error)) return refusal('unavailable');
      throw error;
    }
  };
}

/** The token that a request carries, empty when it carries none. */
export function bearerOf(request: Request): string {
  return /^Bearer (\S+)$/i.exec(request.headers.get('authorization') ?? '')?.[1] ?? '';
}

/** Aborts when whoever asked has hung up, or when this process is asked to end. */
export function untilGone(request: Request): AbortSignal {
  return AbortSignal.any([request.signal, draining()]);
}

/** What orders are written with in this process. */
export async function orderParts(): Promise<OrderParts> {
  const { BROKER_SECRETS, IMAGES_FOLDER } = webConfig();
  const { environment } = await readImageManifest(IMAGES_FOLDER);
  return {
    sealer: createSealer(BROKER_SECRETS),
    imageFor(architecture) {
      const image = environment[architecture];
      if (!image) return null;
      const { reference, file, sha256, bytes } = image;
      return { reference, path: `/images/${file}`, sha256, bytes };
    },
  };
}

async function answerTo<Schema extends z.ZodType>(
  request: Request,
  schema: Schema,
  answer: (body: z.output<Schema>, request: Request) => Answer,
): Answer {
  const body = await readJson(request, { maxBytes: MAX_BODY_BYTES, maxDepth: 32 });
  if (!body.ok) return body;
  const protocol = protocolOf(body.value);
  if (protocol !== null && protocol < AGENT_PROTOCOL) {
    await noteTooOld(body.value, databaseTime());
    return refused('agentTooOld');
  }
  if (protocol !== null && protocol > AGENT_PROTOCOL) return refused('agentTooNew');
  const parsed = schema.safeParse(body.value);
  return parsed.success ? answer(parsed.data, request) : refused('malformed');
}

function protocolOf(body: unknown): number | null {
  const { protocol } = Object(body) as { protocol?: unknown };
  return typeof protocol === 'number' ? protocol : null;
}

function refusal(problem: AgentProblem): Response {
  const [status, message] = refusals[problem];
  return Response.json({ error: problem, message } satisfies AgentRefusal, { status });
}
