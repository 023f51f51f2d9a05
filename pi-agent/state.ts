import { mkdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { tunnelSpec, verificationReport, wipeReport } from '#lib/protocol/agent';
import { run } from './programs.ts';

const documents = {
  identity: z.object({ deviceId: z.string(), deviceToken: z.string(), keyHash: z.string() }),
  tunnel: tunnelSpec,
  wipe: wipeReport,
  verification: verificationReport,
  image: z.object({ reference: z.string(), sha256: z.string(), imageId: z.string() }),
};
type Documents = { [Name in keyof typeof documents]: z.infer<(typeof documents)[Name]> };

/** What the agent knows across restarts, as files of its volume; each is replaced whole or not at all. */
export type State = ReturnType<typeof openState>;

/** The agent's memory in `folder`. */
export function openState(folder: string) {
  mkdirSync(folder, { recursive: true });
  return {
    folder,
    read: <Name extends keyof Documents>(name: Name): Documents[Name] | null =>
      readDocument(join(folder, `${name}.json`), documents[name]) as Documents[Name] | null,
    write: <Name extends keyof Documents>(name: Name, value: Documents[Name]) =>
      writeDocument(join(folder, `${name}.json`), value),
    tunnelKeyFile: join(folder, 'tunnel_key'),
  };
}

/** The document in `file`, or null when there is none that can be read. */
export function readDocument<Schema extends z.ZodType>(file: string, schema: Schema): z.infer<Schema> | null {
  try {
    return schema.parse(JSON.parse(readFileSync(file, 'utf8')));
  } catch {
    return null;
  }
}

/** Writes a document that a power cut leaves either old or new. */
export async function writeDocument(file: string, value: unknown): Promise<void> {
  const fresh = `${file}.new`;
  const handle = await open(fresh, 'w', 0o600);
  await handle.writeFile(JSON.stringify(value));
  await handle.sync();
  await handle.close();
  renameSync(fresh, file);
}

/** The public half of the tunnel's key, which is made at the first call and stays. */
export async function tunnelPublicKey({ tunnelKeyFile: file }: State): Promise<string> {
  const known = await publicHalf(file).catch(() => null);
  if (known) return known;
  rmSync(`${file}.new`, { force: true });
  await run('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-C', '', '-f', `${file}.new`]);
  renameSync(`${file}.new`, file);
  return publicHalf(file);
}

async function publicHalf(file: string): Promise<string> {
  return (await run('ssh-keygen', ['-y', '-f', file])).trim();
}
