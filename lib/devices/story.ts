import { isAlive } from '../relays/heartbeat.ts';
import type { DeviceEvent, DeviceState } from './lifecycle.ts';

/** Everything that can stand in a device's history: its lifecycle's events, and what happens beside them. */
export type DeviceStoryKind =
  | DeviceEvent
  | 'keyMade'
  | 'agentRefused'
  | 'agentSeen'
  | 'tunnelOpened'
  | 'tunnelLost'
  | 'relaySilent'
  | 'hardwareMeasured'
  | 'proved'
  | 'rateChanged'
  | 'diskChanged'
  | 'described'
  | 'listed'
  | 'unlisted'
  | 'suspended'
  | 'unsuspended';

const sentences: Record<DeviceStoryKind, string> = {
  keyMade: 'A registration key was made',
  agentRefused: 'An agent was turned away',
  registered: 'The agent registered',
  agentSeen: 'The agent reported in',
  tunnelOpened: 'The tunnel to the relay opened',
  tunnelLost: 'The tunnel to the relay was lost',
  relaySilent: 'The relay fell silent; nobody can rent the device until it is back',
  hardwareMeasured: 'The hardware was measured',
  proved: 'The relay reached the device through its tunnel',
  verified: 'Verified',
  verificationFailed: 'The verification failed',
  retried: 'The verification was started again',
  keyReplaced: 'The agent registered with a new key',
  recheckDue: 'The device is being verified again',
  rented: 'Rented',
  released: 'The rental ended; the device is being wiped',
  wiped: 'Wiped',
  wipeFailed: 'The wipe failed',
  cleared: 'Cleared by the broker’s admin; the device is being verified again',
  retired: 'Retired',
  rateChanged: 'The hourly rate was changed',
  diskChanged: 'The disk on offer was changed',
  described: 'Its name or place was changed',
  listed: 'Listed on the market',
  unlisted: 'Taken off the market by its owner',
  suspended: 'Suspended by the broker’s admin',
  unsuspended: 'No longer suspended',
};

/** One line of a device's history, in words. */
export function tellDeviceEvent({ kind, detail }: { kind: string; detail: string | null }): string {
  const sentence = sentences[kind as DeviceStoryKind] ?? kind;
  return detail ? `${sentence}: ${detail}` : sentence;
}

/** How long after its last poll a device still counts as online, in seconds. */
const ONLINE_SECONDS = 45;

/** The earliest instant at which a device that is online at `at` can have polled last. */
export function onlineSince(at: Date): Date {
  return new Date(at.getTime() - ONLINE_SECONDS * 1000);
}

/** Whether a device that polled last at `lastPollAt` is online. */
export function isOnline({ lastPollAt }: { lastPollAt: Date | null }, at: Date): boolean {
  return lastPollAt !== null && lastPollAt >= onlineSince(at);
}

/** Whether the relay that leads to a device is known and silent. */
export function isCutOff({ relaySeenAt }: { relaySeenAt: Date | null }, at: Date): boolean {
  return relaySeenAt !== null && !isAlive({ seenAt: relaySeenAt }, at);
}

/** What the way to the market is judged by. */
export type Onboarding = {
  state: DeviceState;
  stateSince: Date;
  problem: string | null;
  listed: boolean;
  suspendedAt: Date | null;
  agentSeenAt: Date | null;
  refusal: string | null;
  lastPollAt: Date | null;
  measuredAt: Date | null;
  tunnelUpSince: Date | null;
  tunnelProblem: string | null;
  relaySeenAt: Date | null;
  provedAt: Date | null;
};

/** One stop on a device's way to the market: when it was reached, or what is in the way. */
export type Milestone = {
  name: 'agentSeen' | 'tunnelOpen' | 'measured' | 'proved' | 'onMarket';
  title: string;
  reachedAt: Date | null;
  advice: string | null;
};

/** The way of a device to the market, stop by stop, with what to do at the first one that was not reached. */
export function milestones(device: Onboarding, at: Date): Milestone[] {
  const online = isOnline(device, at);
  const stops: Milestone[] = [
    {
      name: 'agentSeen',
      title: 'Agent seen',
      reachedAt: online ? device.agentSeenAt : null,
      advice: seenAdvice(device),
    },
    {
      name: 'tunnelOpen',
      title: 'Tunnel open',
      reachedAt: device.tunnelUpSince,
      advice: isCutOff(device, at) ? relayAdvice : tunnelAdvice(device),
    },
    { name: 'measured', title: 'Hardware measured', reachedAt: device.measuredAt, advice: measuringAdvice },
    { name: 'proved', title: 'Proof through the relay', reachedAt: device.provedAt, advice: proofAdvice },
    {
      name: 'onMarket',
      title: 'On the market',
      reachedAt: isOnMarket(device, at) ? device.stateSince : null,
      advice: marketAdvice(device),
    },
  ];
  const next = stops.findIndex((stop) => stop.reachedAt === null);
  return stops.map((stop, index) => ({ ...stop, advice: index === next ? (device.problem ?? stop.advice) : null }));
}

const relayAdvice =
  'The relay that the device dials does not answer the broker. That is for the broker’s admin to mend; the device comes back by itself.';
const measuringAdvice = 'A test environment is started and measured; this takes about a minute.';
const proofAdvice = 'The relay is signing in to the test environment through the tunnel.';

function tunnelAdvice({ tunnelProblem }: Onboarding): string {
  return tunnelProblem
    ? `The device cannot open its tunnel and tries again by itself. It says: ${tunnelProblem}`
    : 'The device is opening its tunnel. When this takes longer than a minute, its network may block outgoing connections to the relay’s port.';
}

function seenAdvice({ agentSeenAt, refusal }: Onboarding): string {
  if (refusal) return `An agent was turned away: ${refusal}`;
  return agentSeenAt
    ? 'The agent is offline. Check that the device has power and network; it comes back by itself.'
    : 'Paste the command into a terminal of the device.';
}

function marketAdvice({ state, listed, suspendedAt }: Onboarding): string | null {
  if (suspendedAt) return 'The broker’s admin has suspended this device.';
  if (state === 'rented') return 'It is rented and returns to the market afterwards.';
  if (state === 'wiping') return 'It is being wiped and returns to the market by itself.';
  if (state === 'retired') return 'It is retired.';
  return listed ? null : 'List it when you want it to be rented.';
}

/** What decides whether a device can be rented. */
export type MarketFacts = Pick<Onboarding, 'state' | 'listed' | 'suspendedAt' | 'lastPollAt' | 'tunnelUpSince'>;

/** Whether a device is on the market: ready, offered by its owner, not suspended, online, and with its tunnel up. */
export function isOnMarket(device: MarketFacts, at: Date): boolean {
  const offered = device.state === 'ready' && device.listed && !device.suspendedAt;
  return offered && isOnline(device, at) && device.tunnelUpSince !== null;
}

/** Whether a device answers the broker, can be rented, and is cut off by its relay. */
export function standingOf(device: MarketFacts & { relaySeenAt: Date | null }, at: Date) {
  return { online: isOnline(device, at), onMarket: isOnMarket(device, at), cutOff: isCutOff(device, at) };
}
