import type { Clock } from '../lib/process/clock.ts';
import { announceRelay, type RelayFacts } from '../lib/relays/commands.ts';
import { listRentalRoutes, listTunnelDevices, listVerifications } from '../lib/relays/queries.ts';
import type { Prover } from './prover.ts';
import type { Roster } from './roster.ts';
import { type RouteKeeper, routesOf } from './routes.ts';
import type { Verifier } from './verifier.ts';

/** What brings the relay to where the database wants it. */
type ReconcilerParts = {
  facts: RelayFacts;
  relay: { id: string | null };
  clock: Clock;
  roster: Roster;
  routes: RouteKeeper;
  prover: Prover;
  verifier: Verifier;
};

/** Makes keys, routes, proofs and verifications what the database says they should be; doing it again changes nothing. */
export async function reconcile({ facts, relay, clock, roster, routes, prover, verifier }: ReconcilerParts) {
  await clock.compare();
  const { relayId } = await announceRelay({ facts, at: clock.now() });
  relay.id = relayId;
  const [devices, rentals, verifications] = await Promise.all([
    listTunnelDevices(relayId),
    listRentalRoutes(relayId),
    listVerifications(relayId),
  ]);
  roster.replace(devices);
  await routes.apply(rentals.flatMap((rental) => routesOf(rental, facts.rentDomain)));
  await prover.watch(rentals);
  verifier.verify(verifications);
}
