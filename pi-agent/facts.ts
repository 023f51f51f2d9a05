import type { AgentReport } from '#lib/protocol/agent';
import { type Cell, createCell } from './cell.ts';

type Known = Pick<AgentReport, 'tunnelUp' | 'tunnelProblem' | 'environment' | 'verification' | 'wipe'>;

/** What this device would tell the broker now; writing a part tells those who wait for news. */
export type Facts = Omit<Cell<Known>, 'write'> & { write(news: Partial<Known>): void };

/** Facts of a program that has just started; `known` is what its volume remembers. */
export function createFacts(known: Pick<Known, 'verification' | 'wipe'>): Facts {
  const cell = createCell<Known>({ tunnelUp: false, tunnelProblem: null, environment: null, ...known });
  return { ...cell, write: (news) => cell.write({ ...cell.read(), ...news }) };
}
