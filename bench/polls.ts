import { runScript } from '../scripts/local/programs.ts';
import type { Figure } from './figure.ts';
import { withWeb } from './web.ts';

const AGENTS = 5000;

/** Holds 5,000 agents in long polls against one web process, and rents 200 of their devices meanwhile. */
export async function measurePolls(): Promise<Figure[]> {
  return withWeb(AGENTS, async ({ settings, url, pid }) =>
    // A process of its own, so that it shares neither memory nor database pool with what is measured.
    JSON.parse(await runScript(settings, 'bench/poll-crowd.ts', url, String(pid), String(AGENTS))),
  );
}
