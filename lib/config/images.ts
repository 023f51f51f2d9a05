import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';

/** The machines that images are made for. */
export const architectures = ['amd64', 'arm64'] as const;
/** A machine's kind, in Docker's words. */
export type Architecture = (typeof architectures)[number];

const imageFile = z.object({
  reference: z.string().describe('the name inside the file'),
  file: z.string().describe('the name of the `docker save` file beside the manifest'),
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
  bytes: z.number().int().positive(),
});
/** One image as a file that the broker serves. */
export type ImageFile = z.infer<typeof imageFile>;

const byArchitecture = z.partialRecord(z.enum(architectures), imageFile);

/** The images that this broker hands to its devices, by architecture. */
export const imageManifest = z.object({ agent: byArchitecture, environment: byArchitecture });
/** What `imageManifest` parses to. */
export type ImageManifest = z.infer<typeof imageManifest>;

/** The manifest that `scripts/images.ts` left in `folder`, empty where no image was built yet. */
export async function readImageManifest(folder: string): Promise<ImageManifest> {
  const text = await readFile(join(folder, 'manifest.json'), 'utf8').catch(() => null);
  return text === null ? { agent: {}, environment: {} } : imageManifest.parse(JSON.parse(text));
}
