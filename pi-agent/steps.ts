import { createReadStream } from 'node:fs';
import { readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { ENVIRONMENT_ADDRESS, type ImageSpec, type TimedStep } from '#lib/protocol/agent';
import { greetsSsh, until, waitForBanner, waitForListener } from './banner.ts';
import { type Broker, sha256Of } from './broker.ts';
import * as disks from './disk.ts';
import type { Environments } from './docker.ts';
import { hostKeyOf, letIn } from './door.ts';
import * as engine from './engine.ts';
import { measureHardware } from './hardware.ts';
import type { Actual, Step } from './plan.ts';
import { runProbes } from './probes.ts';
import { Problem } from './problem.ts';
import { aliveAs } from './programs.ts';
import type { State } from './state.ts';

/** What the executors work with. */
export type Parts = { state: State; broker: Broker; environments: Environments };

type Executor<Name extends Step['do']> = (
  parts: Parts,
  step: Extract<Step, { do: Name }>,
  done: TimedStep[],
) => Promise<unknown>;

const readyWithinMs = 30_000;

/** How each step is done; every one may be repeated after a crash in its middle. */
const executors: { [Name in Step['do']]: Executor<Name> } = {
  deleteDisk: async ({ state }) => {
    await engine.stopEngine();
    await disks.deleteDisk(state.folder);
  },
  makeDisk: ({ state }, disk) => disks.makeDisk(state.folder, disk),
  mountDisk: ({ state }) => disks.mountDisk(state.folder),
  startEngine: ({ environments }) => engine.startEngine(environments.engineAnswers),
  removeEnvironment: async ({ environments }) => {
    if (await environments.find()) await environments.remove();
    await disks.removeTenant();
  },
  fetchImage: async ({ state, broker }, { image }) => {
    const file = imageFile(state, image);
    for (const name of await readdir(state.folder)) {
      const old = name.startsWith('image-') && !join(state.folder, name).startsWith(file);
      if (old) await rm(join(state.folder, name));
    }
    await broker.download(image, file);
  },
  loadImage,
  createEnvironment: async ({ environments }, { name, image }) => {
    // A tenant whose environment has vanished has been let into none.
    const tenant = disks.readTenant();
    if (tenant) await disks.writeTenant({ ...tenant, hostKey: null });
    await environments.create(name, image.reference);
  },
  startEnvironment: ({ environments }) => environments.start(),
  letIn: async (parts, { tenant, spec }) => {
    // First, so that whatever happens from here on, nobody else is let in on this disk.
    await disks.writeTenant({ ...tenant, hostKey: null, readySince: null, steps: [] });
    const { pid } = await present(parts.environments);
    const isIn = async () => (await letIn(pid, spec)) || (await greetsSsh(ENVIRONMENT_ADDRESS));
    await until(isIn, readyWithinMs, 'The environment let nobody in');
    await awaitReady(parts);
  },
  awaitReady,
  pauseEnvironment: async ({ environments }) => {
    // Whatever goes on after a pause has to show anew that it answers.
    const tenant = disks.readTenant();
    if (tenant) await disks.writeTenant({ ...tenant, readySince: null });
    await environments.pause();
  },
  resumeEnvironment: ({ environments }) => environments.resume(),
  verifyDevice: async ({ state, environments }, { id }) => {
    const gigabytes = disks.findDisk(state.folder)?.gigabytes ?? 0;
    const hardware = await measureHardware(gigabytes);
    const probes = await runProbes(environments, gigabytes);
    await state.write('verification', { id, hardware, probes, problem: null });
  },
  finishWipe: async ({ state, environments }, { id }, done) => {
    const imageDigest = await environments.imageId(state.read('image')?.reference ?? '');
    await state.write('wipe', { id, steps: done, imageDigest, problem: null });
  },
};

/** Does one step; `done` are those before it that served the same task. */
export async function execute(parts: Parts, step: Step, done: TimedStep[]): Promise<void> {
  const executor = executors[step.do] as Executor<Step['do']>;
  await executor(parts, step, done);
}

/** What is, on this device and now. */
export async function observe({ state, environments }: Parts, image: ImageSpec | null): Promise<Actual> {
  const disk = disks.findDisk(state.folder);
  const tenant = disk?.mounted ? disks.readTenant() : null;
  const engineUp = disk?.mounted === true && aliveAs('dockerd') !== null && (await environments.engineAnswers());
  const found = engineUp ? await environments.find() : null;
  return {
    disk,
    tenant: tenant && { id: tenant.id, kind: tenant.kind, answered: tenant.hostKey !== null },
    engineUp,
    image: image ? await imageState({ state, environments }, image, engineUp) : 'missing',
    container: found && {
      name: found.name,
      image: found.image,
      state: containerState(found.status),
      ready: found.status === 'running' && tenant?.readySince === found.startedAt,
    },
    verified: state.read('verification')?.id ?? null,
    wiped: state.read('wipe')?.id ?? null,
  };
}

async function imageState({ state, environments }: Omit<Parts, 'broker'>, image: ImageSpec, engineUp: boolean) {
  if (engineUp && (await environments.imageId(image.reference))) return 'loaded';
  const present = await stat(imageFile(state, image)).then(
    () => true,
    () => false,
  );
  return present ? 'downloaded' : 'missing';
}

function containerState(status: string): 'created' | 'running' | 'paused' | 'exited' {
  if (status === 'created' || status === 'paused') return status;
  return status === 'running' || status === 'restarting' ? 'running' : 'exited';
}

const imageFile = (state: State, { sha256 }: ImageSpec) => join(state.folder, `image-${sha256}.tar`);

async function loadImage({ state, environments }: Parts, { image }: { image: ImageSpec }): Promise<void> {
  const file = imageFile(state, image);
  if ((await sha256Of(file)) !== image.sha256) {
    await rm(file);
    throw new Problem('The image on the volume has changed since it was downloaded; it will be downloaded again.');
  }
  await environments.load(createReadStream(file, { highWaterMark: 2 ** 20 }));
  const imageId = await environments.imageId(image.reference);
  const known = state.read('image');
  if (!imageId || (known?.sha256 === image.sha256 && known.imageId !== imageId)) {
    throw new Problem(`The engine did not load ${image.reference} as it was: ${imageId ?? 'nothing is there'}.`);
  }
  // Now, and not in the first second of a rental: making an environment waits for the disk.
  await disks.flushDisk();
  await state.write('image', { reference: image.reference, sha256: image.sha256, imageId });
}

/** Ready is what has greeted; a verification is so only when the relay can also measure through it. */
async function awaitReady({ environments }: Parts): Promise<void> {
  const tenant = disks.readTenant();
  if (!tenant) throw new Problem('The disk is for nobody.');
  // Before the look whether it answers: one that starts again meanwhile has to answer again.
  const { pid, startedAt } = await present(environments);
  await waitForBanner(ENVIRONMENT_ADDRESS, readyWithinMs);
  if (tenant.kind === 'verification') {
    await environments.probeInBackground(['python3', '/usr/local/lib/rpibroker/measure.py']);
    await waitForListener(ENVIRONMENT_ADDRESS, 80, readyWithinMs);
  }
  const hostKey = tenant.hostKey ?? (await hostKeyOf(pid));
  await disks.writeTenant({ ...tenant, hostKey, readySince: startedAt });
}

async function present(environments: Environments) {
  const found = await environments.find();
  if (!found) throw new Problem('The environment has vanished.');
  return found;
}
