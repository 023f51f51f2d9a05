import fc from 'fast-check';
import { expect, test } from 'vitest';
import { nextPayoutState, openPayoutStates, type PayoutEvent, type PayoutState, payoutLifecycle } from './lifecycle.ts';

const states = Object.keys(payoutLifecycle) as PayoutState[];
const events = [...new Set(states.flatMap((state) => Object.keys(payoutLifecycle[state])))] as PayoutEvent[];
const story = fc.array(fc.constantFrom(...events), { maxLength: 60 });

/** The states that a payout passes when all this happens to it, the first included. */
function passes(happens: PayoutEvent[]): PayoutState[] {
  const passed: PayoutState[] = ['held'];
  for (const event of happens) {
    const state = passed.at(-1) ?? 'held';
    passed.push(nextPayoutState(state, event) ?? state);
  }
  return passed;
}

test('whatever happens, money that was called for is not its owner’s again before the provider says so', () => {
  const lawful = new Set(['notDone', 'cameBack', 'refused']);
  fc.assert(
    fc.property(story, (happens) => {
      const passed = passes(happens);
      happens.forEach((event, step) => {
        const [before, after] = [passed[step], passed[step + 1]];
        const called = ['submitting', 'unknown', 'submitted', 'unclaimed', 'paid'].includes(before ?? '');
        const isBack = ['reserved', 'cancelled', 'returned', 'failed', 'held'].includes(after ?? '');
        if (called && isBack) expect(lawful).toContain(event);
      });
    }),
  );
});

test('a payout that is over stays over, and only one that was paid can come back', () => {
  const over = states.filter((state) => !(openPayoutStates as readonly string[]).includes(state));
  const ways = over.flatMap((state) => events.map((event) => [state, event, nextPayoutState(state, event)]));
  expect(ways.filter(([, , next]) => next !== null)).toEqual([['paid', 'cameBack', 'returned']]);
});

test('hearing the same news twice says nothing new', () => {
  for (const state of states)
    for (const event of events) {
      const next = nextPayoutState(state, event);
      const again = next && nextPayoutState(next, event);
      expect(again, `${event} twice in ${state}`).toBeNull();
    }
});

test('every open state leads to an end', () => {
  const leadsOn = (state: PayoutState) => Object.values(payoutLifecycle[state]) as PayoutState[];
  const reach = (from: PayoutState, seen = new Set<PayoutState>()): Set<PayoutState> => {
    for (const next of leadsOn(from)) if (!seen.has(next)) reach(next, seen.add(next));
    return seen;
  };
  for (const state of openPayoutStates) expect([...reach(state)]).toContain('paid');
});
