import type { devices } from '../../db/schema/devices.ts';
import type { DeviceState } from '../../lib/devices/lifecycle.ts';
import type { Hardware, Probe, TimedStep } from '../../lib/protocol/agent.ts';
import type { RentalState } from '../../lib/rentals/lifecycle.ts';
import type { RentalStoryKind } from '../../lib/rentals/story.ts';

/** When the scene plays. */
export const now = Date.now();

/** So many minutes before that. */
export const minutesAgo = (minutes: number) => new Date(now - minutes * 60_000);

/** Until when nothing of it grows old. */
export const ahead = minutesAgo(-20);
const hardware: Hardware = {
  architecture: 'arm64',
  model: 'Raspberry Pi 4 Model B Rev 1.4',
  cores: 4,
  cpuScore: 412.4,
  memoryBytes: 8_190_000_000,
  diskBytes: 31_800_000_000,
  diskWriteMegabytesPerSecond: 38.2,
  diskReadMegabytesPerSecond: 88.9,
  temperatureCelsius: 51.2,
  throttled: false,
  kernel: '6.12.34+rpt-rpi-v8',
  hasAes: false,
};

const probes: Probe[] = [
  {
    name: 'homeNetwork',
    tried: 'To reach 192.168.1.1, 192.168.1.17 and 172.17.0.1',
    seen: '192.168.1.1 answered',
    passed: false,
    fix: 'Update Docker on the device; its firewall rules could not be set.',
  },
  {
    name: 'diskQuota',
    tried: 'To write 17 GB',
    seen: 'No space left on device after 15.9 GB',
    passed: true,
    fix: null,
  },
];

/** Markup that a stranger's device sends in the place of `what`. */
export const marked = (what: string) => `${what} <img src=x onerror="document.title='pwned'">`;

type DeviceRow = typeof devices.$inferInsert;
const measured = (facts: Partial<Hardware> = {}): Partial<DeviceRow> => {
  const found = { ...hardware, ...facts };
  const { architecture, cores, cpuScore } = found;
  const line = { roundTripMs: 23.4, downloadMbps: 93.6, uploadMbps: 38.1, uptime30: 0.9987 };
  const sizes = { memoryBytes: BigInt(found.memoryBytes), diskBytes: BigInt(found.diskBytes) };
  const times = { measuredAt: minutesAgo(70), provedAt: minutesAgo(69), lastPollAt: ahead };
  return { hardware: found, architecture, cores, cpuScore, ...sizes, ...line, ...times, tunnelUpSince: minutesAgo(71) };
};

/** Every device of the scene by what it shows: its state, its name, and in what else it differs. */
export const wantedDevices: Record<string, [state: DeviceState, name: string, row: Partial<DeviceRow>]> = {
  ready: ['ready', 'Attic', { ...measured(), probes: probes.slice(1) }],
  small: [
    'ready',
    'The little one behind the books in the living room',
    { ...measured({ model: 'Raspberry Pi Zero 2 W Rev 1.0', memoryBytes: 448_000_000 }), country: 'GB', rate: 900n },
  ],
  strange: [
    'ready',
    'Basement',
    {
      ...measured({ model: marked('model'), kernel: marked('kernel') }),
      country: 'IS',
      problem: marked('problem'),
      probes: [
        {
          name: 'homeNetwork',
          tried: marked('tried'),
          seen: marked('seen'),
          passed: false,
          fix: marked('fix'),
        },
      ],
    },
  ],
  unlisted: ['ready', 'Workshop', { ...measured(), listed: false }],
  offline: ['ready', 'Garden shed', { ...measured(), lastPollAt: minutesAgo(300), tunnelUpSince: null }],
  stopped: ['ready', 'Hallway', { ...measured(), suspendedAt: minutesAgo(10) }],
  awaiting: ['awaitingAgent', 'Not there yet', {}],
  verifying: ['verifying', 'Being measured', { lastPollAt: ahead, tunnelUpSince: minutesAgo(1) }],
  rejected: ['rejected', 'Old router', { ...measured(), probes, provedAt: null, problem: probes[0]?.fix ?? '' }],
  wiping: ['wiping', 'Cellar', measured()],
  quarantined: [
    'quarantined',
    'Loft',
    { ...measured(), problem: 'The file that held the renter’s data could not be deleted: Device or resource busy.' },
  ],
  retired: ['retired', 'The first one', measured()],
  preparing: ['rented', 'Kitchen', measured()],
  active: ['rented', 'Study', measured({ model: 'Raspberry Pi 5 Model B Rev 1.0' })],
  interrupted: ['rented', 'Balcony', { ...measured(), tunnelUpSince: null, lastPollAt: minutesAgo(5) }],
  suspended: ['rented', 'Bedroom', measured()],
};

/** Every rental of the scene by what it shows: its state, its device, since when, until when proven, and its story. */
export const wantedRentals: Record<
  string,
  {
    state: RentalState;
    device: string;
    began: Date;
    provenTo?: Date;
    ended?: Date;
    story: RentalStoryKind[];
    environmentSteps?: TimedStep[];
  }
> = {
  preparing: { state: 'preparing', device: 'preparing', began: minutesAgo(0), story: ['agreed', 'orderTaken'] },
  active: { state: 'active', device: 'active', began: minutesAgo(190), provenTo: ahead, story: ['agreed', 'proved'] },
  interrupted: {
    state: 'active',
    device: 'interrupted',
    began: minutesAgo(95),
    provenTo: minutesAgo(6),
    story: ['agreed', 'proved'],
  },
  suspended: {
    state: 'suspended',
    device: 'suspended',
    began: minutesAgo(45),
    provenTo: minutesAgo(4),
    story: ['agreed', 'proved', 'fundsRanOut'],
  },
  ended: {
    state: 'ended',
    device: 'ready',
    began: minutesAgo(4000),
    provenTo: minutesAgo(2600),
    ended: minutesAgo(2600),
    story: ['agreed', 'proved', 'renterStopped'],
  },
  cancelled: {
    state: 'cancelled',
    device: 'small',
    began: minutesAgo(60),
    ended: minutesAgo(58),
    story: ['agreed', 'tookTooLong'],
  },
  strange: {
    state: 'ended',
    device: 'strange',
    began: minutesAgo(4000),
    provenTo: minutesAgo(3000),
    ended: minutesAgo(3000),
    story: ['agreed', 'proved', 'renterStopped'],
    environmentSteps: [{ step: marked('step'), milliseconds: 12 }],
  },
};
