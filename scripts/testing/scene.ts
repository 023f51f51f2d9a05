import { randomBytes } from 'node:crypto';
import { and, inArray, isNull, like } from 'drizzle-orm';
import { db, pool } from '../../db/client.ts';
import { users } from '../../db/schema/accounts.ts';
import { deviceEvents, devices, tunnelIntervals } from '../../db/schema/devices.ts';
import { relays } from '../../db/schema/relays.ts';
import { proofIntervals, rentalEvents, rentals } from '../../db/schema/rentals.ts';
import { hashPassword } from '../../lib/accounts/passwords.ts';
import { contract } from '../../lib/contracts/agreement.ts';
import { keepContract } from '../../lib/contracts/commands.ts';
import type { DeviceStoryKind } from '../../lib/devices/story.ts';
import { placeHold } from '../../lib/ledger/commands.ts';
import { closeMeter, openMeter } from '../../lib/metering/commands.ts';
import { creditWallet } from '../../lib/payments/manual.ts';
import { moveRental } from '../../lib/rentals/moves.ts';
import { ahead, minutesAgo, now, wantedDevices, wantedRentals } from './cast.ts';
import { layDesk } from './desk-scene.ts';
import { type LaidPapers, layPapers } from './papers-scene.ts';
import { layPayouts } from './payouts-scene.ts';
import { layTopUps } from './top-ups-scene.ts';

// People with devices and rentals in every state, for eyes and tests that look at pages: laid into the database of
// DATABASE_URL, and what tests need to find it is printed. Nothing moves by itself: what the relay and the agents would
// have to repeat is dated ahead, and the relay of the scene is nobody's.

const hostKey = `ssh-ed25519 AAAAC3NzaC1lZDI1NTE5${randomBytes(36).toString('base64').slice(0, 48)}`;

const firstPort = 20_000;

type Placed = { id: string; ownerId: string; relayId: string; rate: bigint };

/** What tests need to find the scene: who to sign in as, and the ids of devices and rentals by name. */
export type Scene = {
  people: Record<'owner' | 'renter', { id: string; email: string; password: string }>;
  devices: Record<string, string>;
  rentals: Record<string, string>;
  papers: LaidPapers;
  /** A webhook that was given up. */
  webhook: string;
  /** Who pays in in every way, and the top-ups by state. */
  payer: { id: string; email: string; password: string };
  /** Who has not confirmed the e-mail address. */
  newcomer: { id: string; email: string; password: string };
  topUps: Record<string, string>;
};

async function layScene(): Promise<Scene> {
  const owner = await addPerson('Ida Nakamura-Fitzgerald');
  const renter = await addPerson('Ravi');
  await creditRenter(renter.id);
  const relayId = await addRelay();
  const placed: Record<string, Placed> = {};
  for (const name of Object.keys(wantedDevices)) placed[name] = await addDevice(name, { ownerId: owner.id, relayId });
  await keepContract(db, minutesAgo(5000));
  const laid: Record<string, string> = {};
  for (const name of Object.keys(wantedRentals)) laid[name] = await addRental(name, renter.id, placed);
  await layPayouts(owner.id);
  const [payer, newcomer] = [await addPerson('Pia'), await addPerson('Nils', null)];
  const paidIn = await layTopUps(payer.id);
  const webhook = await layDesk({ rentalId: laid.ended ?? '', renterId: renter.id });
  const ids = Object.fromEntries(Object.entries(placed).map(([name, { id }]) => [name, id]));
  const papers = await layPapers({ renterId: renter.id, ownerId: owner.id });
  return { people: { owner, renter }, devices: ids, rentals: laid, webhook, payer, newcomer, topUps: paidIn, papers };
}

/** A device at the highest rate, its owner, and a renter without a cent: where a journey of money begins. */
export type Market = { people: Scene['people']; deviceId: string };

async function layMarket(): Promise<Market> {
  const [owner, renter] = [await addPerson('Olga'), await addPerson('Rhea')];
  const at = { ownerId: owner.id, relayId: await addRelay(), rate: 100_000_000n };
  const { id: deviceId } = await addDevice('ready', at);
  return { people: { owner, renter }, deviceId };
}

async function addPerson(name: string, emailVerifiedAt: Date | null = minutesAgo(5000)) {
  const email = `${name.toLowerCase().replace(/\W/g, '.')}.${now}@example.test`;
  const password = randomBytes(12).toString('base64url');
  const row = { name, email, passwordHash: await hashPassword(password), emailVerifiedAt };
  const [user] = await db.insert(users).values(row).returning({ id: users.id });
  return { id: user?.id ?? '', email, password };
}

async function creditRenter(userId: string) {
  const [admin] = await db.select({ id: users.id }).from(users).where(like(users.email, 'admin@%'));
  const credit = { userId, amount: 12_345_678n, reason: 'Bank transfer of 17 November', adminId: admin?.id ?? '' };
  await creditWallet({ ...credit, key: `scene:${userId}`, address: '127.0.0.1', at: minutesAgo(4900) });
}

async function addRelay(): Promise<string> {
  // No room for more: agents that register while the scene plays go to a real relay.
  const lastPort = firstPort + Object.keys(wantedRentals).length - 1;
  const ports = { sshPort: 22, httpPort: 80, httpsPort: 443, firstPort, lastPort };
  const names = {
    name: `scene-${now}`,
    host: 'relay.example',
    deviceHost: 'relay.example',
    rentDomain: 'rent.example',
  };
  const row = { ...ports, ...names, sshUser: 'tunnel', hostKey, seenAt: ahead };
  const [relay] = await db.insert(relays).values(row).returning({ id: relays.id });
  return relay?.id ?? '';
}

async function addDevice(key: string, at: { ownerId: string; relayId: string; rate?: bigint }): Promise<Placed> {
  const [state, name, row] = wantedDevices[key] ?? ['retired', key, {}];
  const offer = { country: 'DE', rate: 14_000n, diskGigabytes: 16, listed: true, ...row };
  const since = { createdAt: minutesAgo(5000), stateSince: minutesAgo(60) };
  const [device] = await db
    .insert(devices)
    .values({ ...offer, ...at, ...since, name, state })
    .returning({ id: devices.id });
  const id = device?.id ?? '';
  const story: DeviceStoryKind[] = row.measuredAt
    ? ['keyMade', 'registered', 'hardwareMeasured', 'verified']
    : ['keyMade'];
  await db.insert(deviceEvents).values(story.map((kind) => ({ deviceId: id, kind, at: minutesAgo(71) })));
  const up = [4400, 3000, 1500, 60].map((from) => ({
    deviceId: id,
    fromAt: minutesAgo(from),
    toAt: minutesAgo(from - 700),
  }));
  if (row.measuredAt)
    await db.insert(tunnelIntervals).values(up.map((stretch) => ({ ...stretch, toAt: minDate(stretch.toAt) })));
  return { rate: offer.rate, ...at, id };
}

const minDate = (date: Date) => new Date(Math.min(date.getTime(), now));

async function addRental(key: string, renterId: string, placed: Record<string, Placed>): Promise<string> {
  const wanted = wantedRentals[key];
  const device = wanted && placed[wanted.device];
  if (!device) throw new RangeError(`the scene has no device for the rental "${key}"`);
  const { state, began, provenTo, ended, environmentSteps } = wanted;
  const { ownerId, relayId, rate } = device;
  const activeAt = provenTo ? began : null;
  // Getting ready may take two minutes and no longer; the scene keeps it for longer.
  const stateSince = state === 'preparing' ? ahead : (ended ?? began);
  const parties = { renterId, ownerId, relayId, deviceId: device.id };
  const agreed = { rate, feeBasisPoints: 1000, contractHash: contract.hash, createdAt: began };
  const access = { name: `amber-${key}-${now % 1_000_000}`, port: firstPort + Object.keys(wantedRentals).indexOf(key) };
  const secrets = { password: '', authorizedKeys: [], hostKey, environmentSteps };
  const life = { state, stateSince, activeAt, endedAt: ended ?? null, endEvent: ended ? wanted.story.at(-1) : null };
  const row = { ...parties, ...agreed, ...access, ...secrets, ...life };
  const [rental] = await db.insert(rentals).values(row).returning({ id: rentals.id });
  const rentalId = rental?.id ?? '';

  const told = wanted.story.map((kind, index) => ({
    rentalId,
    kind,
    at: index > 1 ? (ended ?? minutesAgo(4)) : began,
  }));
  await db.insert(rentalEvents).values(told);
  if (provenTo) await count({ rentalId, ...parties, ...agreed, at: began }, provenTo, ended);
  return rentalId;
}

type Metered = Parameters<typeof openMeter>[1];

/** Proofs with a gap between them, and the meter that counts them; what waits for money has none, and goes on waiting. */
async function count(rental: Metered, provenTo: Date, ended: Date | undefined) {
  const { rentalId, renterId, rate, at } = rental;
  const gap = new Date(at.getTime() + 25 * 60_000);
  const afterGap = new Date(gap.getTime() + 8 * 60_000);
  await db.insert(proofIntervals).values([
    { rentalId, fromAt: at, toAt: gap, proofs: 150, handshakeAt: at },
    { rentalId, fromAt: afterGap, toAt: provenTo, proofs: 400, handshakeAt: afterGap },
  ]);
  if (provenTo.getTime() < now && !ended) return;
  await db.transaction(async (tx) => {
    await openMeter(tx, rental);
    if (ended) await closeMeter(tx, { rentalId, at: ended });
    else await placeHold(tx, { renterId, rentalId, amount: rate, at });
  });
}

/** Takes the scene off the market and ends what runs in it; the books and the stories of what was stay, as they must. */
async function clearScene() {
  const scenes = db.select({ id: relays.id }).from(relays).where(like(relays.name, 'scene-%'));
  const running = and(inArray(rentals.relayId, scenes), isNull(rentals.endedAt));
  for (const rental of await db.select().from(rentals).where(running)) {
    await db.transaction((tx) => moveRental(tx, rental, 'adminEnded', new Date()));
  }
  await db.update(devices).set({ state: 'retired' }).where(inArray(devices.relayId, scenes));
  await db
    .update(relays)
    .set({ seenAt: minutesAgo(5000) })
    .where(inArray(relays.id, scenes));
}

const acts = { lay: layScene, market: layMarket, clear: clearScene };
process.stdout.write(JSON.stringify(await acts[process.argv[2] as keyof typeof acts]()) ?? '');
await pool.end();
