import { and, desc, eq, isNull } from 'drizzle-orm';
import { db, type Tx } from '#db/client';
import { users } from '#db/schema/accounts';
import { payoutDestinations } from '#db/schema/payouts';
import { guardChange } from '../accounts/commands.ts';
import { invariant } from '../errors.ts';
import { enqueueMailTo } from '../mail/commands.ts';
import { done, type Outcome, refused } from '../outcome.ts';
import type { PaymentProvider } from '../payments/provider.ts';
import { nameForOwners } from '../payments/provider.ts';
import type { Treasury } from '../payments/registry.ts';
import { inTurn } from '../process/each.ts';
import { endOtherSessions } from '../sessions/commands.ts';
import { destinationLetter } from './letters.ts';
import { usableFrom } from './terms.ts';

type Destination = typeof payoutDestinations.$inferSelect;
/** An owner, at the session that stays open. */
type Asked = { ownerId: string; sessionId: string; at: Date };
type Choice = Asked & { provider: string };

const current = (ownerId: string) => and(eq(payoutDestinations.userId, ownerId), isNull(payoutDestinations.removedAt));

/**
 * Has an owner paid to what they typed from now on. It takes the place of what there was; payouts to it wait, those
 * that were asked for before go where they were to go. Choosing the same again changes nothing.
 */
export async function chooseDestination(
  treasury: Treasury,
  { typed, ...choice }: Choice & { typed: string },
): Promise<Outcome<void, 'noProvider' | 'notADestination'>> {
  const provider = payoutProvider(treasury, choice.provider);
  if (!provider?.readDestination || provider.capabilities.onboarding) return refused('noProvider');
  const destination = provider.readDestination(typed);
  if (destination === null) return refused('notADestination');

  await db.transaction((tx) => replaceDestination(tx, treasury, { ...choice, destination, ready: true }));
  return done(undefined);
}

/** Sends an owner to a provider that wants to know them first; whoever began before goes on where they were. */
export async function beginOnboarding(
  treasury: Treasury,
  choice: Choice,
): Promise<Outcome<{ url: string }, 'noProvider'>> {
  const provider = payoutProvider(treasury, choice.provider);
  if (!provider?.beginPayee) return refused('noProvider');
  const returnUrl = `${treasury.publicUrl}/my/payouts/return`;
  const party = await getParty(choice.ownerId);
  const payee = await findLastPayee(choice);
  const { payee: destination, url } = await provider.beginPayee({ party, payee, returnUrl, refreshUrl: returnUrl });
  await db.transaction((tx) => replaceDestination(tx, treasury, { ...choice, destination, ready: false }));
  return done({ url });
}

function payoutProvider({ providers }: Treasury, id: string): PaymentProvider | null {
  const provider = providers.get(id);
  return provider && provider.capabilities.payout !== 'none' ? provider : null;
}

async function getParty(id: string) {
  const [party] = await db
    .select({ id: users.id, email: users.email, name: users.name })
    .from(users)
    .where(eq(users.id, id));
  invariant(party, 'an owner is one of our people');
  return party;
}

async function findLastPayee({ ownerId, provider }: Choice): Promise<string | null> {
  const [last] = await db
    .select({ payee: payoutDestinations.destination })
    .from(payoutDestinations)
    .where(and(eq(payoutDestinations.userId, ownerId), eq(payoutDestinations.provider, provider)))
    .orderBy(desc(payoutDestinations.id))
    .limit(1);
  return last?.payee ?? null;
}

async function replaceDestination(
  tx: Tx,
  { sealer, publicUrl, providers }: Treasury,
  choice: Choice & { destination: string; ready: boolean },
) {
  const { ownerId: userId, sessionId, provider, destination, ready, at } = choice;
  // Two choices at once would both see none to replace.
  await tx.select().from(users).where(eq(users.id, userId)).for('no key update');
  const [known] = await tx.select().from(payoutDestinations).where(current(userId));
  if (known?.provider === provider && known.destination === destination) return;

  await removeCurrent(tx, userId, at);
  const since = { createdAt: at, usableAt: usableFrom(at) };
  await tx.insert(payoutDestinations).values({ userId, provider, destination, ready, ...since });
  await endOtherSessions({ userId, sessionId, at }, tx);
  const house = providers.get(provider);
  const name = house ? nameForOwners(house) : provider;
  await enqueueMailTo(tx, { userId, ...destinationLetter({ publicUrl, provider: name, destination }) }, sealer);
}

/** Forgets where an owner wants to be paid; payouts that were asked for before go there still. */
export async function removeDestination(
  letterhead: Treasury,
  { ownerId: userId, sessionId, at }: Asked,
): Promise<void> {
  const change = 'The place where you are paid was removed';
  await db.transaction(async (tx) => {
    const { rowCount } = await removeCurrent(tx, userId, at);
    if (rowCount) await guardChange(tx, { userId, sessionId, change, at, letterhead });
  });
}

function removeCurrent(tx: Tx, ownerId: string, at: Date) {
  return tx.update(payoutDestinations).set({ removedAt: at }).where(current(ownerId));
}

/** Asks the provider whether it knows enough of an owner by now. */
export async function refreshPayee(treasury: Treasury, { ownerId }: { ownerId: string }): Promise<void> {
  const [destination] = await db.select().from(payoutDestinations).where(current(ownerId));
  if (destination) await refresh(treasury, destination);
}

/** The same for every owner whose provider still wants something. */
export async function refreshPayees(treasury: Treasury): Promise<void> {
  const unready = and(eq(payoutDestinations.ready, false), isNull(payoutDestinations.removedAt));
  const waiting = await db.select().from(payoutDestinations).where(unready);
  await inTurn(
    waiting,
    (destination) => refresh(treasury, destination),
    ({ id }) => id,
  );
}

async function refresh({ providers }: Treasury, { id, provider, destination }: Destination) {
  const state = await providers.get(provider)?.getPayee?.(destination);
  if (state) await db.update(payoutDestinations).set(state).where(eq(payoutDestinations.id, id));
}
