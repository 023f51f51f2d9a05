import { and, eq, gt, inArray, isNotNull, isNull, lte, notInArray, sql } from 'drizzle-orm';
import { db, type Tx } from '#db/client';
import { auditLog } from '#db/schema/admin';
import { deviceEvents, devices } from '#db/schema/devices';
import { relays } from '#db/schema/relays';
import { rentalEvents } from '#db/schema/rentals';
import { record } from '#lib/audit/commands';
import type { DeviceStoryKind } from '#lib/devices/story';
import { invariant } from '#lib/errors';
import type { RentalStoryKind } from '#lib/rentals/story';
import { silentSince } from './heartbeat.ts';
import type { StoredProof } from './queries.ts';

/** What a relay tells about itself, so that agents find it and renters are shown how to enter. */
export type RelayFacts = Omit<typeof relays.$inferInsert, 'id' | 'seenAt'>;

/** Writes down that this relay is alive and where it is; a relay is known by its name. */
export async function announceRelay({ facts, at }: { facts: RelayFacts; at: Date }): Promise<{ relayId: string }> {
  const [relay] = await db
    .insert(relays)
    .values({ ...facts, seenAt: at })
    .onConflictDoUpdate({ target: relays.name, set: { ...facts, seenAt: at } })
    .returning({ relayId: relays.id });
  invariant(relay, 'a relay that announced itself is answered');
  return relay;
}

/**
 * Writes down which devices hold a tunnel to this relay: the owner's history tells of each that opened or was lost,
 * and the stretches of the others go on. It is a sign of life of the relay, too.
 */
export async function recordTunnels({ relayId, up, at }: { relayId: string; up: string[]; at: Date }): Promise<void> {
  await db.transaction(async (tx) => {
    const ours = eq(devices.relayId, relayId);
    const opened = await tx
      .update(devices)
      .set({ tunnelUpSince: at })
      .where(and(ours, inArray(devices.id, up), isNull(devices.tunnelUpSince)))
      .returning({ deviceId: devices.id });
    const lost = await tx
      .update(devices)
      .set({ tunnelUpSince: null })
      .where(and(ours, notInArray(devices.id, up), isNotNull(devices.tunnelUpSince)))
      .returning({ deviceId: devices.id });
    await tellDevices(tx, 'tunnelOpened', opened, at);
    await tellDevices(tx, 'tunnelLost', lost, at);
    await extendTunnels(tx, { up, opened: opened.map(({ deviceId }) => deviceId), at });
    await tx.update(relays).set({ seenAt: at }).where(eq(relays.id, relayId));
  });
}

/**
 * Takes the devices behind silent relays off the market: nobody knows whether their tunnels are up. They return by
 * themselves with the relay's next word of its tunnels.
 */
export async function closeSilentRelays({ at }: { at: Date }): Promise<void> {
  const isSilent = lte(relays.seenAt, silentSince(at));
  // As a rule there is none, and then not all devices are read.
  if ((await db.$count(relays, isSilent)) === 0) return;
  await db.transaction(async (tx) => {
    const silent = tx.select({ id: relays.id }).from(relays).where(isSilent);
    const closed = await tx
      .update(devices)
      .set({ tunnelUpSince: null })
      .where(and(inArray(devices.relayId, silent), isNotNull(devices.tunnelUpSince)))
      .returning({ deviceId: devices.id });
    await tellDevices(tx, 'relaySilent', closed, at);
  });
}

async function tellDevices(tx: Tx, kind: DeviceStoryKind, rows: { deviceId: string }[], at: Date) {
  if (rows.length === 0) return;
  await tx.execute(sql`
    insert into ${deviceEvents} (device_id, kind, at)
    select "deviceId", ${kind}, ${at.toISOString()}::timestamptz
    from jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) as device ("deviceId" uuid)`);
}

/** A tunnel that just opened, and one that nobody watched for more than 30 s, begins a stretch of its own. */
async function extendTunnels(tx: Tx, { up, opened, at }: { up: string[]; opened: string[]; at: Date }) {
  const now = sql`${at.toISOString()}::timestamptz`;
  await tx.execute(sql`
    with up as (
      select value::uuid as device_id from jsonb_array_elements_text(${JSON.stringify(up)}::jsonb)
    ), watched as (
      select up.device_id, max(from_at) as from_at from up join tunnel_intervals using (device_id)
      where not ${JSON.stringify(opened)}::jsonb ? up.device_id::text group by up.device_id
    ), extended as (
      update tunnel_intervals stretch set to_at = greatest(to_at, ${now}) from watched
      where stretch.device_id = watched.device_id and stretch.from_at = watched.from_at
        and to_at >= ${now} - interval '30 seconds'
      returning stretch.device_id
    )
    insert into tunnel_intervals (device_id, from_at, to_at)
    select device_id, ${now}, ${now} from up where device_id not in (select device_id from extended)
    on conflict do nothing`);
}

/** How many stretches are written in one transaction; whoever ends one of these rentals waits that long, no longer. */
const CHUNK = 5000;

/**
 * Writes proven stretches down; writing one again only lengthens it. Only what is proven while a rental is active
 * counts: whoever ends or pauses it meanwhile goes either before or after, so that what is stored is what is billed.
 */
export async function recordProofs(proofs: StoredProof[]): Promise<void> {
  const inOrder = proofs.toSorted((one, other) => one.from.getTime() - other.from.getTime());
  for (let first = 0; first < inOrder.length; first += CHUNK) {
    const chunk = JSON.stringify(inOrder.slice(first, first + CHUNK));
    await db.transaction(async (tx) => storeProofs(tx, { chunk, active: await lockActiveRentals(tx, chunk) }));
  }
}

/** A statement of its own, so that the next one sees what those have left who had the rentals before. */
async function lockActiveRentals(tx: Tx, chunk: string): Promise<string> {
  const { rows } = await tx.execute(sql`
    select id, state_since from rentals
    where state = 'active' and id in (
      select "rentalId" from jsonb_to_recordset(${chunk}::jsonb) as proof ("rentalId" uuid)
    ) order by id for no key update`);
  return JSON.stringify(rows);
}

/**
 * A stretch that began before its rental was resumed counts from there, and no instant is proven twice, though two
 * daemons overlap while one takes over from the other.
 */
async function storeProofs(tx: Tx, { chunk, active }: { chunk: string; active: string }) {
  await tx.execute(sql`
    with told as (
      select id as rental_id, "to" as to_at, proofs, "handshakeAt" as handshake_at, case
        when newest.to_at >= greatest("from", state_since) then newest.from_at
        else greatest("from", state_since) end as from_at
      from jsonb_to_recordset(${chunk}::jsonb) as proof
        ("rentalId" uuid, "from" timestamptz, "to" timestamptz, proofs integer, "handshakeAt" timestamptz)
      join jsonb_to_recordset(${active}::jsonb) as rental (id uuid, state_since timestamptz) on id = "rentalId"
      left join lateral (
        select from_at, to_at from proof_intervals where rental_id = rental.id order by from_at desc limit 1
      ) newest on true
    )
    insert into proof_intervals (rental_id, from_at, to_at, proofs, handshake_at)
    select distinct on (rental_id, from_at) * from (
      select rental_id, from_at, to_at, proofs, handshake_at from told where to_at >= from_at
    ) stretch order by rental_id, from_at, to_at desc
    on conflict (rental_id, from_at) do update set to_at = greatest(proof_intervals.to_at, excluded.to_at),
      proofs = greatest(proof_intervals.proofs, excluded.proofs),
      handshake_at = greatest(proof_intervals.handshake_at, excluded.handshake_at)`);
}

/** Tells both sides that somebody answered with another host key than the environment's; at most once an hour. */
export async function recordForeignHostKey({ rentalId, at }: { rentalId: string; at: Date }): Promise<void> {
  const kind: RentalStoryKind = 'hostKeyMismatch';
  await db.execute(sql`
    insert into ${rentalEvents} (rental_id, kind, at)
    select ${rentalId}::uuid, ${kind}, ${at.toISOString()}::timestamptz
    where not exists (select from ${rentalEvents} where rental_id = ${rentalId}::uuid and kind = ${kind}
      and at > ${at.toISOString()}::timestamptz - interval '1 hour')`);
}

type Denial = { deviceId: string; asked: string; address: string | null; at: Date };

/** Keeps on record that a device asked the relay for what is not its own; once a minute, however often it asks. */
export async function recordDenial({ deviceId, asked, address, at }: Denial): Promise<void> {
  const entry = { action: 'tunnelDenied', objectKind: 'device', objectId: deviceId };
  await db.transaction(async (tx) => {
    const same = and(eq(auditLog.action, entry.action), eq(auditLog.objectId, deviceId));
    const lately = gt(auditLog.at, new Date(at.getTime() - 60_000));
    const told = await tx.select({ id: auditLog.id }).from(auditLog).where(and(same, lately)).limit(1);
    if (told.length === 0) await record(tx, { ...entry, actorId: null, detail: asked.slice(0, 200), address, at });
  });
}
