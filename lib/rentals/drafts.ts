import { randomInt } from 'node:crypto';
import { eq, sql } from 'drizzle-orm';
import type { Tx } from '#db/client';
import { sshKeys } from '#db/schema/accounts';
import { relays } from '#db/schema/relays';
import { rentals } from '#db/schema/rentals';
import { keepContract } from '#lib/contracts/commands';
import type { LockedDevice } from '#lib/devices/moves';
import { InvariantError } from '#lib/errors';
import { type Sealer, secretOf } from '#lib/secrets';
import { getFeeBasisPoints } from '#lib/settings/queries';
import { rentalName, rentalPassword } from './names.ts';

/** Writes the rental's row under a free port and an unused name; null when the relay's ports are all taken. */
export async function draftRental(
  tx: Tx,
  device: LockedDevice,
  request: { renterId: string; contractHash: string; at: Date; sealer: Sealer },
): Promise<string | null> {
  const { renterId, contractHash, at, sealer } = request;
  await keepContract(tx, at);
  const feeBasisPoints = await getFeeBasisPoints(tx);
  const keys = await tx.select({ key: sshKeys.publicKey }).from(sshKeys).where(eq(sshKeys.userId, renterId));
  const authorizedKeys = keys.map(({ key }) => key);
  const { id: deviceId, ownerId, relayId, rate, nextName } = device;
  if (!relayId) throw new InvariantError(`device ${deviceId} is on the market without a relay`);

  for (let attempt = 0; attempt < 10; attempt++) {
    const early = attempt < DRAWS;
    const place = await (early ? drawPlace(tx, relayId) : findFreePlace(tx, relayId));
    if (!place) return null;
    // The environment that waits on the device already has its name; under another the device starts a new one.
    const name = (early && nextName) || rentalName(randomInt);
    const password = sealer.seal(rentalPassword(randomInt), secretOf.rental(place.id));
    const frozen = { renterId, ownerId, deviceId, relayId, rate, feeBasisPoints, contractHash, authorizedKeys };
    const row = { ...place, ...frozen, name, password, createdAt: at, stateSince: at };
    // Another rental may have the same port or name, or take it at this very moment: then draw again.
    const [taken] = await tx.insert(rentals).values(row).onConflictDoNothing().returning({ id: rentals.id });
    if (taken) return taken.id;
  }
  return null;
}

/** How many random ports are tried before the free ones are looked for, which takes a hundred times as long. */
const DRAWS = 4;

type Place = { id: string; port: number };

/** An id, and any port of the relay. */
async function drawPlace(tx: Tx, relayId: string): Promise<Place | null> {
  const { rows } = await tx.execute<Place>(sql`
    select uuidv7() as id, first_port + floor(random() * (last_port - first_port + 1))::integer as port
    from ${relays} where id = ${relayId}`);
  return rows[0] ?? null;
}

/** An id, and a random port of the relay that no open rental has; null when all are taken. */
async function findFreePlace(tx: Tx, relayId: string): Promise<Place | null> {
  const { rows } = await tx.execute<Place>(sql`
    select uuidv7() as id, port
    from ${relays} relay, generate_series(relay.first_port, relay.last_port) as port
    where relay.id = ${relayId} and not exists (
      select from ${rentals} where relay_id = relay.id and rentals.port = port.port
        and state in ('preparing', 'active', 'suspended'))
    order by random() limit 1`);
  return rows[0] ?? null;
}
