import fc from 'fast-check';
import { afterEach, expect, test } from 'vitest';
import { db } from '#db/client';
import { cutShort } from '../../db/testing/cuts.ts';
import { freezePayouts, requestPayout, thawPayouts, withdrawPayout } from './commands.ts';
import { clearHeldPayouts } from './holds.ts';
import { checkPayouts, submitPayouts, syncPayout } from './sending.ts';
import { availableOf, earn, expectBooks, hoursAfter, makePayee, openHouse, payoutsOf, treasuryOf } from './testing.ts';

afterEach(expectBooks);

const MINUTE = 1 / 60;

/** What can happen, in any order; `at` is in minutes after the last. */
const steps = fc.oneof(
  {
    weight: 2,
    arbitrary: fc.record({ do: fc.constant('earn' as const), amount: fc.bigInt(10_000_001n, 60_000_000n) }),
  },
  { weight: 7, arbitrary: fc.record({ do: fc.constantFrom('request', 'submit', 'withdraw' as const) }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constantFrom('check', 'sync', 'freeze', 'thaw', 'clear' as const) }) },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant('trouble' as const),
      trouble: fc.constantFrom('notDone', 'lostBefore', 'lostAfter' as const),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant('decide' as const),
      state: fc.constantFrom('unclaimed', 'paid', 'returned', 'failed' as const),
    }),
  },
);
type Step = typeof steps extends fc.Arbitrary<infer Kind> ? Kind : never;

/** At which statement the broker is killed meanwhile, if it is. */
const cut = fc.oneof({ weight: 4, arbitrary: fc.constant(null) }, fc.integer({ min: 1, max: 20 }));

const story = fc.array(
  fc.record({
    step: steps,
    minutes: fc.constantFrom(0, 3, 70),
    cutAt: cut,
  }),
  { minLength: 20, maxLength: 40 },
);

async function openScene() {
  const house = openHouse();
  const treasury = treasuryOf([house.provider]);
  return { house, treasury, ownerId: await makePayee(treasury, 45_000_000n), earned: 45_000_000n, now: 0 };
}

type Scene = Awaited<ReturnType<typeof openScene>>;

async function act({ house, treasury, ownerId, now }: Scene, does: Step) {
  const at = hoursAfter(now);
  const newest = (await payoutsOf(ownerId)).at(-1)?.id ?? '';
  switch (does.do) {
    case 'earn':
      return earn(ownerId, does.amount);
    case 'trouble':
      return house.trouble.push(does.trouble);
    case 'decide':
      // What has reached its owner cannot be refused any more, and what did not, not come back.
      return (
        house.known.get(`payout:${newest}`)?.status.state.match(/submitted|unclaimed/) &&
        house.decide(newest, does.state)
      );
    case 'request':
      return requestPayout(treasury, { ownerId, at });
    case 'submit':
      return submitPayouts(treasury, { at });
    case 'check':
      return checkPayouts(treasury, { at });
    case 'sync':
      return syncPayout(treasury, { payoutId: newest, at });
    case 'withdraw':
      return withdrawPayout(treasury, { payoutId: newest, ownerId, at });
    case 'clear':
      return clearHeldPayouts(treasury, { at });
    case 'freeze':
      return db.transaction((tx) => freezePayouts(tx, { userId: ownerId, at }));
    case 'thaw':
      return db.transaction((tx) => thawPayouts(tx, { userId: ownerId }));
  }
}

/** Lets everything come to its end. */
async function settleDown(scene: Scene) {
  scene.house.trouble.length = 0;
  await act(scene, { do: 'thaw' });
  for (let day = 0; day < 4; day++) {
    scene.now += 24;
    for (const what of ['clear', 'submit', 'check'] as const) await act(scene, { do: what });
  }
}

/** What really reached the owner, by the house's own books. */
function paidBy({ house, ownerId }: Scene): bigint {
  const theirs = [...house.known.values()].filter(({ destination }) => destination.startsWith(ownerId));
  const kept = theirs.filter(({ status }) => !['returned', 'failed'].includes(status.state));
  return kept.reduce((sum, { amount }) => sum + amount, 0n);
}

test('whatever is asked, lost, cut and decided in whatever order: earned is what was paid and what is left', async () => {
  const check = fc.asyncProperty(story, async (happens) => {
    const scene = await openScene();
    for (const { step, minutes, cutAt } of happens) {
      scene.now += minutes * MINUTE;
      if (step.do === 'earn') scene.earned += step.amount;
      const work = () => act(scene, step).catch(() => {});
      if (cutAt !== null && step.do !== 'earn') await cutShort(cutAt, 'unheard', work);
      else await work();
    }
    await settleDown(scene);
    const rows = await payoutsOf(scene.ownerId);
    const open = rows.filter(({ state }) => ['held', 'reserved', 'submitting', 'unknown'].includes(state));
    expect(open).toEqual([]);
    expect(paidBy(scene) + (await availableOf(scene.ownerId))).toBe(scene.earned);
  });
  await fc.assert(check, { numRuns: 80 });
});
