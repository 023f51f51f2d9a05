import { expect, test } from 'vitest';
import { isInterrupted, LONGEST_GAP_MS } from './deadlines.ts';

const now = new Date('2026-11-01T12:00:00Z');
const ago = (milliseconds: number) => new Date(now.getTime() - milliseconds);

test.each([
  ['was proven just now', { state: 'active', lastProofAt: ago(0), stateSince: ago(1e6) }, false],
  [
    'was proven within what counts as one stretch',
    { state: 'active', lastProofAt: ago(LONGEST_GAP_MS), stateSince: ago(1e6) },
    false,
  ],
  [
    'went without a proof for longer',
    { state: 'active', lastProofAt: ago(LONGEST_GAP_MS + 1), stateSince: ago(1e6) },
    true,
  ],
  ['has just begun', { state: 'active', lastProofAt: null, stateSince: ago(1000) }, false],
  ['has just been resumed after a pause', { state: 'active', lastProofAt: ago(1e6), stateSince: ago(1000) }, false],
  [
    'was resumed long ago and never proven since',
    { state: 'active', lastProofAt: ago(1e6), stateSince: ago(LONGEST_GAP_MS + 1) },
    true,
  ],
  [
    'began long ago and was never proven',
    { state: 'active', lastProofAt: null, stateSince: ago(LONGEST_GAP_MS + 1) },
    true,
  ],
  ['gets ready', { state: 'preparing', lastProofAt: null, stateSince: ago(1e6) }, false],
  ['waits for money', { state: 'suspended', lastProofAt: ago(1e6), stateSince: ago(1e6) }, false],
  ['has ended', { state: 'ended', lastProofAt: ago(1e6), stateSince: ago(1e6) }, false],
] as const)('a rental that %s is interrupted or not', (_, rental, interrupted) => {
  expect(isInterrupted(rental, now)).toBe(interrupted);
});
