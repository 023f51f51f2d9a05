import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { AgentOrder, EnvironmentSpec, Task } from '../lib/protocol/agent.ts';
import { type Actual, environmentIn, nextStep, type Step } from './plan.ts';

const ids = ['00000000-0000-4000-8000-000000000001', '00000000-0000-4000-8000-000000000002'] as const;
const names = ['amber-otter-42', 'brisk-heron-7'];
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

  test('never lets anybody in on a disk that another renter has used', () => {
    fc.assert(
      fc.property(anyTask, anyActual, (task, start) => {
        const { steps } = settle(orderFor(task), start);
        const used = steps.filter(({ step, before }) => mayUse.includes(step.do) && before.tenant?.kind === 'rental');
        for (const { before } of used) expect(before.tenant?.id).toBe(environmentIn(task)?.id);
      }),
    );
  });

  test('lets nobody into an environment of another name or image, or that somebody is in', () => {
    fc.assert(
      fc.property(anyTask, anyActual, (task, start) => {
        const { steps } = settle(orderFor(task), start);
        const into = steps.filter(({ step }) => step.do === 'letIn').map(({ before }) => before);
        for (const { container, tenant } of into) {
          expect(tenant?.answered ?? false).toBe(false);
          if (start.tenant) continue;
          expect(container).toMatchObject({ name: environmentIn(task)?.name, image: image.reference });
        }
      }),
    );
  });

  test('has the next renter’s environment running before anybody rents it, and then only lets them in', () => {
    const { actual } = settle(orderFor({ kind: 'idle', next: 'amber-otter-42' }), blank);
    expect(actual).toMatchObject({ tenant: null, container: { name: 'amber-otter-42', state: 'running' } });
    expect(settle(orderFor(serve(ids[0], false)), actual).steps.map(({ step }) => step.do)).toEqual(['letIn']);
  });

  test('keeps an environment waiting that fits, although no next one is named', () => {
    const { actual } = settle(orderFor({ kind: 'idle', next: 'amber-otter-42' }), blank);
    expect(nextStep(orderFor({ kind: 'idle', next: null }), actual)).toBeNull();
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

const mayUse: Step['do'][] = ['createEnvironment', 'startEnvironment', 'letIn'];

describe('a device without an order', () => {
  test('brings back what was there and deletes nothing', () => {
    fc.assert(
      fc.property(anyActual, (start) => {
        const steps = settle(null, start).steps.map(({ step }) => step.do);
        expect(['mountDisk', 'startEngine', 'startEnvironment']).toEqual(expect.arrayContaining(steps));
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
  fc.constantFrom(null, ...names).map((next) => ({ kind: 'idle', next }) as const),
  anyId.map((id) => ({ kind: 'verify', environment: spec(id) }) as const),
  fc.tuple(anyId, fc.boolean()).map(([id, paused]) => serve(id, paused)),
  anyId.map((wipeId) => ({ kind: 'wipe', wipeId }) as const),
);

const anyActual: fc.Arbitrary<Actual> = fc
  .record({
    disk: fc.option(fc.record({ id: anyId, gigabytes: fc.constantFrom(3, 4), mounted: fc.boolean() })),
    tenant: fc.option(
      fc.record({ id: anyId, kind: fc.constantFrom('verification', 'rental'), answered: fc.boolean() }),
    ),
    engineUp: fc.boolean(),
    image: fc.constantFrom('missing', 'downloaded', 'loaded'),
    container: fc.option(
      fc.record({
        name: fc.constantFrom(...names),
        image: fc.constantFrom('environment:0', image.reference),
        state: fc.constantFrom('created', 'running', 'paused', 'exited'),
        ready: fc.boolean(),
      }),
    ),
    verified: fc.option(anyId),
    wiped: fc.option(anyId),
  })
  .map((drawn) => possible(drawn as Actual));

/** What can be seen depends on the disk being mounted and the engine up; only where somebody is in, ssh answers. */
function possible(actual: Actual): Actual {
  const mounted = actual.disk?.mounted === true;
  const engineUp = mounted && actual.engineUp;
  const tenant = mounted ? actual.tenant : null;
  const image = actual.image === 'loaded' && !engineUp ? 'downloaded' : actual.image;
  // A wipe that was reported is one whose disk was made by it.
  const wiped = tenant === null && actual.disk !== null ? actual.disk.id : actual.wiped;
  return { ...actual, engineUp, tenant, image, wiped, container: engineUp ? possibleContainer(actual, tenant) : null };
}

function possibleContainer({ container }: Actual, tenant: Actual['tenant']): Actual['container'] {
  if (tenant?.answered || container === null) return container;
  const state = container.state === 'paused' ? 'running' : container.state;
  return { ...container, state, ready: false };
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
    container: actual.container && { ...actual.container, state: 'exited', ready: false },
  };
}

function apply(step: Step, actual: Actual): Actual {
  const { tenant, container } = actual;
  const into = (state: 'running' | 'paused', ready = container?.ready ?? false): Actual => ({
    ...actual,
    container: container && { ...container, state, ready },
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
      return {
        ...actual,
        tenant: tenant && { ...tenant, answered: false },
        container: { name: step.name, image: step.image.reference, state: 'created', ready: false },
      };
    case 'startEnvironment':
      return into('running', false);
    case 'letIn':
      return { ...into('running', true), tenant: { ...step.tenant, answered: true } };
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
  if (wanted === null) {
    const waiting = task.kind !== 'idle' || task.next === null || container?.name === task.next;
    const wipedAsTold = task.kind !== 'wipe' || wiped === task.wipeId;
    // While an environment waits, nothing asks for its image.
    return warm && tenant === null && (image === 'loaded' || container !== null) && waiting && wipedAsTold;
  }
  const state = task.kind === 'serve' && task.paused ? 'paused' : 'running';
  const here = tenant?.id === wanted.id && container?.state === state;
  return warm && here && (state === 'paused' || container.ready) && (task.kind !== 'verify' || verified === wanted.id);
}
