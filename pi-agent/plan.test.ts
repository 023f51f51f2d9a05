import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { AgentOrder, EnvironmentSpec, Task } from '../lib/protocol/agent.ts';
import { type Actual, environmentIn, nextStep, type Step } from './plan.ts';

const ids = ['00000000-0000-4000-8000-000000000001', '00000000-0000-4000-8000-000000000002'] as const;
const image = { reference: 'environment:1', path: '/images/e.tar', sha256: 'a'.repeat(64), bytes: 1 };

describe('a device that was told what to do', () => {
  test('gets there from wherever it is, in few steps', () => {
    fc.assert(
      fc.property(anyTask, anyActual, (task, start) => {
        const { actual, steps } = settle(orderFor(task), start);
        expect(steps.length).toBeLessThan(20);
        expect(goalHolds(task, actual)).toBe(true);
      }),
    );
  });

  test('gets there although it loses power again and again', () => {
    fc.assert(
      fc.property(anyTask, anyActual, fc.array(fc.nat(6), { maxLength: 4 }), (task, start, cuts) => {
        const survivor = cuts.reduce((actual, after) => powerCut(settle(orderFor(task), actual, after).actual), start);
        expect(goalHolds(task, settle(orderFor(task), survivor).actual)).toBe(true);
      }),
    );
  });

  test('never starts an environment on a disk that a renter has used', () => {
    fc.assert(
      fc.property(anyTask, anyActual, (task, start) => {
        const { steps } = settle(orderFor(task), start);
        const created = steps.find(({ step }) => step.do === 'createEnvironment');
        if (created?.before.tenant?.kind === 'rental') expect(created.before.tenant.id).toBe(environmentIn(task)?.id);
      }),
    );
  });

  test('keeps the disk of the renter it serves', () => {
    fc.assert(
      fc.property(anyActual, fc.boolean(), (start, paused) => {
        const task = serve(start.tenant?.id ?? ids[0], paused);
        const { steps } = settle(orderFor(task), { ...start, disk: start.disk && { ...start.disk, gigabytes: 4 } });
        expect(steps.map(({ step }) => step.do)).not.toContain('deleteDisk');
      }),
    );
  });

  test('does nothing when it hears the same again', () => {
    fc.assert(
      fc.property(anyTask, anyActual, (task, start) => {
        const order = orderFor(task);
        expect(nextStep(order, settle(order, start).actual)).toBeNull();
      }),
    );
  });
});

describe('a device without an order', () => {
  test('brings back what was there and deletes nothing', () => {
    fc.assert(
      fc.property(anyActual, (start) => {
        const steps = settle(null, start).steps.map(({ step }) => step.do);
        expect(['mountDisk', 'startEngine', 'restartEnvironment']).toEqual(expect.arrayContaining(steps));
      }),
    );
  });
});

test('a finished wipe is not done a second time, although the next renter is on the disk it made', () => {
  const used = {
    ...blank,
    disk: { id: ids[0], gigabytes: 4, mounted: true },
    engineUp: true,
    image: 'loaded',
    wiped: ids[0],
  };
  expect(nextStep(orderFor({ kind: 'wipe', wipeId: ids[0] }), used as Actual)).toBeNull();
});

const blank: Actual = {
  disk: null,
  tenant: null,
  engineUp: false,
  image: 'missing',
  container: null,
  verified: null,
  wiped: null,
};

const spec = (id: string): EnvironmentSpec => ({ id, name: 'amber-otter-42', password: 'p', authorizedKeys: [] });
const serve = (id: string, paused: boolean): Task => ({ kind: 'serve', environment: spec(id), paused });

const anyId = fc.constantFrom(...ids);
const anyTask: fc.Arbitrary<Task> = fc.oneof(
  fc.constant({ kind: 'idle' } as const),
  anyId.map((id) => ({ kind: 'verify', environment: spec(id) }) as const),
  fc.tuple(anyId, fc.boolean()).map(([id, paused]) => serve(id, paused)),
  anyId.map((wipeId) => ({ kind: 'wipe', wipeId }) as const),
);

const anyActual: fc.Arbitrary<Actual> = fc
  .record({
    disk: fc.option(fc.record({ id: anyId, gigabytes: fc.constantFrom(3, 4), mounted: fc.boolean() })),
    tenant: fc.option(fc.record({ id: anyId, kind: fc.constantFrom('verification', 'rental') })),
    engineUp: fc.boolean(),
    image: fc.constantFrom('missing', 'downloaded', 'loaded'),
    container: fc.option(
      fc.record({ state: fc.constantFrom('created', 'running', 'paused', 'exited'), ready: fc.boolean() }),
    ),
    verified: fc.option(anyId),
    wiped: fc.option(anyId),
  })
  .map((drawn) => possible(drawn as Actual));

/** What can be seen depends on the disk being mounted and the engine up; only a tenant has a container. */
function possible(actual: Actual): Actual {
  const mounted = actual.disk?.mounted === true;
  const engineUp = mounted && actual.engineUp;
  const tenant = mounted ? actual.tenant : null;
  const image = actual.image === 'loaded' && !engineUp ? 'downloaded' : actual.image;
  // A wipe that was reported is one whose disk was made by it.
  const wiped = tenant === null && actual.disk !== null ? actual.disk.id : actual.wiped;
  return { ...actual, engineUp, tenant, image, wiped, container: engineUp && tenant ? actual.container : null };
}

const orderFor = (task: Task): AgentOrder => ({
  version: '1',
  tunnel: { host: 'relay', port: 2222, user: 't', hostKey: 'ssh-ed25519 A', address: '127.64.0.1' },
  diskGigabytes: 4,
  image,
  task,
});

type Taken = { step: Step; before: Actual };

/** The device after at most `most` steps that all do what they promise. */
function settle(order: AgentOrder | null, start: Actual, most = 30): { actual: Actual; steps: Taken[] } {
  const steps: Taken[] = [];
  let actual = start;
  for (let step = nextStep(order, actual); step !== null && steps.length < most; step = nextStep(order, actual)) {
    steps.push({ step, before: actual });
    actual = apply(step, actual);
  }
  return { actual, steps };
}

/** Mounts, engine and running processes are gone; the disk file and what is on it stay. */
function powerCut(actual: Actual): Actual {
  return {
    ...actual,
    disk: actual.disk && { ...actual.disk, mounted: false },
    engineUp: false,
    container: actual.container && { state: 'exited', ready: false },
  };
}

function apply(step: Step, actual: Actual): Actual {
  const { container } = actual;
  const into = (state: 'created' | 'running' | 'paused', ready = container?.ready ?? false): Actual => ({
    ...actual,
    container: { state, ready },
  });
  switch (step.do) {
    case 'deleteDisk':
      return { ...actual, disk: null, tenant: null, engineUp: false, container: null, image: 'downloaded' };
    case 'makeDisk':
      return { ...actual, disk: { id: step.id, gigabytes: step.gigabytes, mounted: false } };
    case 'mountDisk':
      return { ...actual, disk: actual.disk && { ...actual.disk, mounted: true } };
    case 'startEngine':
      return { ...actual, engineUp: true };
    case 'removeEnvironment':
      return { ...actual, tenant: null, container: null };
    case 'fetchImage':
      return { ...actual, image: 'downloaded' };
    case 'loadImage':
      return { ...actual, image: 'loaded' };
    case 'createEnvironment':
      return { ...into('created', false), tenant: step.tenant };
    case 'startEnvironment':
    case 'restartEnvironment':
      return into('running', false);
    case 'awaitReady':
      return into('running', true);
    case 'pauseEnvironment':
      return into('paused', false);
    case 'resumeEnvironment':
      return into('running');
    case 'verifyDevice':
      return { ...actual, verified: step.id };
    case 'finishWipe':
      return { ...actual, wiped: step.id };
  }
}

function goalHolds(task: Task, { disk, tenant, engineUp, container, image, verified, wiped }: Actual): boolean {
  const wanted = environmentIn(task);
  const warm = disk?.mounted === true && engineUp;
  if (wanted === null)
    return warm && tenant === null && image === 'loaded' && (task.kind !== 'wipe' || wiped === task.wipeId);
  const state = task.kind === 'serve' && task.paused ? 'paused' : 'running';
  const here = tenant?.id === wanted.id && container?.state === state;
  return warm && here && (state === 'paused' || container.ready) && (task.kind !== 'verify' || verified === wanted.id);
}
