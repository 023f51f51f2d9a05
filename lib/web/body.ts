import { done, type Outcome, refused } from '#lib/outcome';

/** How much of a stranger's JSON we are willing to read. */
export type BodyLimits = { maxBytes: number; maxDepth: number };

/** Why a body was not read. */
export type BodyProblem = 'tooLarge' | 'tooDeep' | 'notJson';

/** Reads a request's body as JSON, giving up as soon as it is longer or nested deeper than allowed. */
export async function readJson(request: Request, limits: BodyLimits): Promise<Outcome<unknown, BodyProblem>> {
  const text = await readText(request, limits.maxBytes);
  if (text === null) return refused('tooLarge');
  if (depthOf(text) > limits.maxDepth) return refused('tooDeep');
  try {
    return done(JSON.parse(text));
  } catch {
    return refused('notJson');
  }
}

async function readText(request: Request, maxBytes: number): Promise<string | null> {
  return (await readBytes(request, maxBytes))?.toString('utf8') ?? null;
}

/** The body as it came, or null once it passes `maxBytes`, whatever Content-Length claims. */
export async function readBytes(request: Request, maxBytes: number): Promise<Buffer | null> {
  if (Number(request.headers.get('content-length')) > maxBytes) return null;
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of request.body ?? []) {
    size += chunk.byteLength;
    if (size > maxBytes) return null;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

/** How deep brackets and braces nest in JSON text, those inside strings not counted; linear in its length. */
function depthOf(text: string): number {
  let depth = 0;
  let deepest = 0;
  let inString = false;
  for (let i = 0; i < text.length; i++) {
    const sign = text[i];
    if (sign === '"') inString = !inString;
    else if (inString) i += sign === '\\' ? 1 : 0;
    else if (sign === '[' || sign === '{') deepest = Math.max(deepest, ++depth);
    else if (sign === ']' || sign === '}') depth--;
  }
  return deepest;
}
