import { afterEach, expect, test } from 'vitest';
import { atEveryStatement } from '../../db/testing/cuts.ts';
import { requestPayout, withdrawPayout } from './commands.ts';
import { checkPayouts, submitPayouts, syncPayout } from './sending.ts';
import {
  availableOf,
  expectBooks,
  hoursAfter,
  makePayee,
  openHouse,
  payoutsOf,
  subjectsTo,
  treasuryOf,
} from './testing.ts';

afterEach(expectBooks);

type Scene = Awaited<ReturnType<typeof earnedScene>>;

async function earnedScene() {
  const house = openHouse();
  const treasury = treasuryOf([house.provider]);
  return { house, treasury, ownerId: await makePayee(treasury, 30_000_000n), payoutId: '' };
}

async function askedScene() {
  const scene = await earnedScene();
  const asked = await requestPayout(scene.treasury, { ownerId: scene.ownerId, at: hoursAfter(0) });
  return { ...scene, payoutId: asked.ok ? asked.value.payoutId : '' };
}

async function sentScene() {
  const scene = await askedScene();
  await submitPayouts(scene.treasury, { at: hoursAfter(0) });
  return scene;
}

/** Everything that looks after payouts by itself, for as long as it takes. */
async function settleDown({ treasury }: Scene) {
  for (const hours of [1, 2, 4, 12, 40, 70]) {
    await submitPayouts(treasury, { at: hoursAfter(hours) });
    await checkPayouts(treasury, { at: hoursAfter(hours + 0.5) });
  }
}

test('a broker that is killed while an owner asks to be paid sets the money aside once', async () => {
  const statements = await atEveryStatement({
    scene: earnedScene,
    work: ({ treasury, ownerId }) => requestPayout(treasury, { ownerId, at: hoursAfter(0) }),
    expectConverged: async ({ ownerId }) => {
      expect(await payoutsOf(ownerId)).toMatchObject([{ state: 'reserved', amount: 30_000_000n }]);
      expect(await availableOf(ownerId)).toBe(0n);
    },
  });
  expect(statements).toBeGreaterThan(5);
});

test('a broker that is killed while it sends a payout pays it once', async () => {
  const statements = await atEveryStatement({
    scene: askedScene,
    work: ({ treasury }) => submitPayouts(treasury, { at: hoursAfter(0) }),
    goOn: async (scene) => {
      await settleDown(scene);
      scene.house.decide(scene.payoutId, 'paid');
      await syncPayout(scene.treasury, { payoutId: scene.payoutId, at: hoursAfter(80) });
    },
    expectConverged: async ({ house, ownerId }) => {
      const paid = [...house.known.values()].filter(({ destination }) => destination.startsWith(ownerId));
      expect(paid).toMatchObject([{ amount: 30_000_000n }]);
      expect(await payoutsOf(ownerId)).toMatchObject([{ state: 'paid', fee: 250_000n }]);
      expect(await availableOf(ownerId)).toBe(0n);
    },
  });
  expect(statements).toBeGreaterThan(10);
});

test.each(['paid', 'returned', 'failed'] as const)(
  'a broker that is killed while it hears that a payout is %s books that once, and writes once',
  async (state) => {
    const statements = await atEveryStatement({
      scene: async () => {
        const scene = await sentScene();
        scene.house.decide(scene.payoutId, state);
        return scene;
      },
      work: ({ treasury, payoutId }) => syncPayout(treasury, { payoutId, at: hoursAfter(1) }),
      expectConverged: async ({ ownerId }) => {
        expect(await payoutsOf(ownerId)).toMatchObject([{ state }]);
        expect(await availableOf(ownerId)).toBe(state === 'paid' ? 0n : 30_000_000n);
        expect(await subjectsTo(ownerId)).toHaveLength(2);
      },
    });
    expect(statements).toBeGreaterThan(10);
  },
);

test('a broker that is killed while a payout is taken back gives the money back once', async () => {
  const statements = await atEveryStatement({
    scene: askedScene,
    work: ({ treasury, payoutId, ownerId }) => withdrawPayout(treasury, { payoutId, ownerId, at: hoursAfter(0) }),
    expectConverged: async ({ ownerId }) => {
      expect(await payoutsOf(ownerId)).toMatchObject([{ state: 'cancelled' }]);
      expect(await availableOf(ownerId)).toBe(30_000_000n);
    },
  });
  expect(statements).toBeGreaterThan(3);
});
