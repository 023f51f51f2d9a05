import { deviceLifecycle } from '../lib/devices/lifecycle.ts';
import { payoutLifecycle } from '../lib/payouts/lifecycle.ts';
import { refundLifecycle } from '../lib/refunds/lifecycle.ts';
import { rentalLifecycle } from '../lib/rentals/lifecycle.ts';
import { topUpLifecycle } from '../lib/top-ups/lifecycle.ts';

type Lifecycle = Record<string, Record<string, string>>;

/** docs/lifecycles.md: the diagrams of the tables that decide what can happen to devices, rentals and money. */
export function lifecyclesPage(): string {
  return [
    '# Lifecycles',
    'Made by `node scripts/lifecycles.ts > docs/lifecycles.md` from the tables in `lib/*/lifecycle.ts`.',
    diagram('A rental', rentalLifecycle, 'preparing'),
    diagram('A device', deviceLifecycle, 'awaitingAgent'),
    diagram('A top-up', topUpLifecycle, 'created'),
    diagram('A refund', refundLifecycle, 'requested'),
    `${diagram('A payout', payoutLifecycle, 'reserved')}\n`,
  ].join('\n\n');
}

function diagram(title: string, lifecycle: Lifecycle, first: string): string {
  const moves = Object.entries(lifecycle).flatMap(([from, events]) => movesFrom(from, events));
  return [`## ${title}`, '', '```mermaid', 'stateDiagram-v2', `  [*] --> ${first}`, ...moves, '```'].join('\n');
}

/** One arrow for each state that can follow, with all the events that lead there. */
function movesFrom(from: string, events: Record<string, string>): string[] {
  const followers = [...new Set(Object.values(events))];
  if (followers.length === 0) return [`  ${from} --> [*]`];
  return followers.map((to) => {
    const causes = Object.keys(events).filter((event) => events[event] === to);
    return `  ${from} --> ${to}: ${causes.join(', ')}`;
  });
}

if (import.meta.main) process.stdout.write(lifecyclesPage());
