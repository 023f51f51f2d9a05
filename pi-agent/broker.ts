import { createHash } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { mkdir, rename, rm, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { z } from 'zod';
import {
  type AgentOrder,
  type AgentReport,
  agentOrder,
  agentRefusal,
  type ImageSpec,
  POLL_SECONDS,
  type RegisterAnswer,
  type RegisterRequest,
  registerAnswer,
} from '#lib/protocol/agent';
import { Problem } from './problem.ts';

/** The broker declined; `final` when the same question will be declined again. */
export class Refusal extends Problem {
  readonly final: boolean;

  constructor(status: number, message: string) {
    super(message);
    this.final = [400, 401, 403, 404, 409, 410, 426].includes(status);
  }
}

/** The broker's two doors for agents, and its images. Each call is one attempt. */
export type Broker = ReturnType<typeof createBroker>;

/** The broker at `url`. */
export function createBroker(url: string) {
  return {
    register: (request: RegisterRequest): Promise<RegisterAnswer> =>
      ask(new URL('/api/agent/v1/register', url), request, { answer: registerAnswer }),

    poll: (report: AgentReport, token: string, signal: AbortSignal): Promise<AgentOrder> =>
      ask(new URL('/api/agent/v1/poll', url), report, { answer: agentOrder, token, signal }),

    download: (image: ImageSpec, file: string) => download(new URL(image.path, url), image, file),
  };
}

type Question<Schema> = { answer: Schema; token?: string; signal?: AbortSignal };

async function ask<Schema extends z.ZodType>(
  url: URL,
  body: unknown,
  { answer, token, signal }: Question<Schema>,
): Promise<z.infer<Schema>> {
  const patience = AbortSignal.timeout((POLL_SECONDS + 10) * 1000);
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...(token && { authorization: `Bearer ${token}` }) },
    body: JSON.stringify(body),
    signal: signal ? AbortSignal.any([signal, patience]) : patience,
  });
  const text = await response.text();
  if (!response.ok) throw new Refusal(response.status, refusalIn(text) ?? `the broker answered ${response.status}`);
  return answer.parse(JSON.parse(text));
}

function refusalIn(text: string): string | null {
  try {
    return agentRefusal.parse(JSON.parse(text)).message;
  } catch {
    return null;
  }
}

/** Gets an image into `file`, which appears only when it is whole; a broken download goes on where it ended. */
async function download(url: URL, image: ImageSpec, file: string): Promise<void> {
  await mkdir(dirname(file), { recursive: true });
  const partial = `${file}.partial`;
  const have = await sizeOf(partial);
  if (have < image.bytes) await append(url, partial, have);
  const sha256 = await sha256Of(partial);
  if (sha256 !== image.sha256) {
    await rm(partial);
    throw new Problem(`the image from the broker has the digest ${sha256}, not ${image.sha256}; it was thrown away`);
  }
  await rename(partial, file);
}

async function append(url: URL, partial: string, have: number): Promise<void> {
  const response = await fetch(url, { headers: have > 0 ? { range: `bytes=${have}-` } : {} });
  if (!response.ok || !response.body) throw new Refusal(response.status, `no image at ${url.pathname}`);
  // A server that knows no ranges sends the whole file again.
  const flags = response.status === 206 ? 'a' : 'w';
  await pipeline(Readable.from(response.body as AsyncIterable<Uint8Array>), createWriteStream(partial, { flags }));
}

/** The SHA-256 of a file, in hexadecimal. */
export async function sha256Of(file: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(file, { highWaterMark: 2 ** 20 })) hash.update(chunk);
  return hash.digest('hex');
}

async function sizeOf(file: string): Promise<number> {
  return stat(file).then(
    (found) => found.size,
    () => 0,
  );
}
