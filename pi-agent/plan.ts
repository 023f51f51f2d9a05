import type { AgentOrder, EnvironmentSpec, ImageSpec } from '#lib/protocol/agent';

/** Whom a disk is for. A renter's disk is never used again; a verification's had no stranger on it. */
export type Tenant = { id: string; kind: 'verification' | 'rental' };

/** An environment as it is; `name` and `image` are those that it was made with. */
export type Environment = {
  name: string;
  image: string;
  state: 'created' | 'running' | 'paused' | 'exited';
  ready: boolean;
};

/** What this device is like at one moment. Below a disk that is not mounted nothing is known. */
export type Actual = {
  disk: { id: string; gigabytes: number; mounted: boolean } | null;
  tenant: (Tenant & { answered: boolean }) | null;
  engineUp: boolean;
  image: 'missing' | 'downloaded' | 'loaded';
  container: Environment | null;
  verified: string | null;
  wiped: string | null;
};

/** One thing to do. Every step may be cut short by a power failure and done again. */
export type Step =
  | { do: 'deleteDisk' }
  | { do: 'makeDisk'; id: string; gigabytes: number }
  | { do: 'mountDisk' }
  | { do: 'startEngine' }
  | { do: 'removeEnvironment' }
  | { do: 'fetchImage'; image: ImageSpec }
  | { do: 'loadImage'; image: ImageSpec }
  | { do: 'createEnvironment'; name: string; image: ImageSpec }
  | { do: 'startEnvironment' }
  | { do: 'letIn'; tenant: Tenant; spec: EnvironmentSpec }
  | { do: 'awaitReady' }
  | { do: 'pauseEnvironment' }
  | { do: 'resumeEnvironment' }
  | { do: 'verifyDevice'; id: string }
  | { do: 'finishWipe'; id: string };

/** The next step from what is to what was ordered, or null when they agree. */
export function nextStep(order: AgentOrder | null, actual: Actual): Step | null {
  if (order === null) return restore(actual);
  return clear(order, actual) ?? warm(order, actual) ?? occupy(order, actual) ?? conclude(order, actual);
}

/** Without an order, after a restart while the broker is away, what was here comes back. */
function restore({ disk, engineUp, container }: Actual): Step | null {
  if (disk === null) return null;
  if (!disk.mounted) return { do: 'mountDisk' };
  if (!engineUp) return { do: 'startEngine' };
  return container?.state === 'exited' ? { do: 'startEnvironment' } : null;
}

/** What must be gone before anything else happens on this device. */
function clear({ task, diskGigabytes, image }: AgentOrder, actual: Actual): Step | null {
  const { disk, tenant, engineUp, container, wiped } = actual;
  if (disk === null) return null;
  if (task.kind === 'wipe' && wiped !== task.wipeId && disk.id !== task.wipeId) return { do: 'deleteDisk' };
  if (!disk.mounted) return { do: 'mountDisk' };
  if (tenant === null) {
    if (disk.gigabytes !== diskGigabytes) return { do: 'deleteDisk' };
    const name = nameIn(task);
    const fits = !container || (container.image === image.reference && (!name || container.name === name));
    return fits ? null : { do: 'removeEnvironment' };
  }
  if (tenant.id === environmentIn(task)?.id) return null;
  // A stranger had root on this disk, so all of it goes.
  if (tenant.kind === 'rental') return { do: 'deleteDisk' };
  return engineUp ? { do: 'removeEnvironment' } : { do: 'startEngine' };
}

/** What every environment needs. */
function warm({ task, diskGigabytes, image }: AgentOrder, actual: Actual): Step | null {
  const id = task.kind === 'wipe' ? task.wipeId : 'fresh';
  if (actual.disk === null) return { do: 'makeDisk', id, gigabytes: diskGigabytes };
  if (!actual.engineUp) return { do: 'startEngine' };
  if (actual.container !== null) return null;
  if (actual.image === 'missing') return { do: 'fetchImage', image };
  return actual.image === 'downloaded' ? { do: 'loadImage', image } : null;
}

/** The environment of the order, from nothing to answering; between rentals the next one waits for whoever comes. */
function occupy({ task, image }: AgentOrder, { tenant, container }: Actual): Step | null {
  const name = nameIn(task);
  if (name === null) return null;
  if (container === null) return { do: 'createEnvironment', name, image };
  if (container.state === 'created' || container.state === 'exited') return { do: 'startEnvironment' };
  const spec = environmentIn(task);
  if (spec === null) return null;
  const pausedWanted = task.kind === 'serve' && task.paused;
  if (container.state === 'paused') return pausedWanted ? null : { do: 'resumeEnvironment' };
  const kind = task.kind === 'serve' ? 'rental' : 'verification';
  if (!tenant?.answered) return { do: 'letIn', tenant: { id: spec.id, kind }, spec };
  if (!container.ready) return { do: 'awaitReady' };
  return pausedWanted ? { do: 'pauseEnvironment' } : null;
}

/** What is still owed to the broker. */
function conclude({ task }: AgentOrder, { verified, wiped }: Actual): Step | null {
  if (task.kind === 'verify' && verified !== task.environment.id)
    return { do: 'verifyDevice', id: task.environment.id };
  if (task.kind === 'wipe' && wiped !== task.wipeId) return { do: 'finishWipe', id: task.wipeId };
  return null;
}

/** The name of the environment that a task asks for, be it for nobody yet. */
function nameIn(task: AgentOrder['task']): string | null {
  return task.kind === 'idle' ? task.next : (environmentIn(task)?.name ?? null);
}

/** The environment that a task asks for. */
export function environmentIn(task: AgentOrder['task']): EnvironmentSpec | null {
  return 'environment' in task ? task.environment : null;
}
