import { runScript } from '../scripts/local/programs.ts';
import type { Figure } from './figure.ts';
import { withWeb } from './web.ts';

/** Issues a statement of 10,000 lines and reads it as a member does: as page, PDF and CSV of one web process. */
export async function measurePapers(): Promise<Figure[]> {
  return withWeb(1, async ({ settings, url }) => JSON.parse(await runScript(settings, 'bench/papers-reading.ts', url)));
}
