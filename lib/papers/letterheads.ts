import { eq, inArray } from 'drizzle-orm';
import { type Database, db } from '#db/client';
import { users } from '#db/schema/accounts';
import { settings } from '#db/schema/admin';
import { letterheads } from '#db/schema/papers';
import { record } from '../audit/commands.ts';
import { invariant } from '../errors.ts';
import type { Party } from './sheet.ts';

/** What somebody wants on papers, as typed: the address in lines. */
export type Letterhead = { name: string; address: string; taxId: string };

const brokerSettings = { name: 'paperName', address: 'paperAddress', taxId: 'paperTaxId' } as const;

/** Keeps what a person wants on papers that are issued from now on. */
export async function keepLetterhead({ userId, name, address, taxId }: Letterhead & { userId: string }): Promise<void> {
  const words = { name, address, taxId: taxId || null };
  await db
    .insert(letterheads)
    .values({ userId, ...words })
    .onConflictDoUpdate({ target: letterheads.userId, set: words });
}

/** Keeps who the broker is on papers that are issued from now on. */
export async function keepBrokerLetterhead(
  letterhead: Letterhead,
  { adminId, address, at }: { adminId: string; address: string; at: Date },
): Promise<void> {
  await db.transaction(async (tx) => {
    for (const [field, key] of Object.entries(brokerSettings) as [keyof Letterhead, string][]) {
      const value = letterhead[field];
      await tx.insert(settings).values({ key, value }).onConflictDoUpdate({ target: settings.key, set: { value } });
    }
    const about = { actorId: adminId, objectKind: 'setting', objectId: 'papers', address, at };
    await record(tx, { ...about, action: 'letterheadChanged', detail: letterhead.name });
  });
}

/** What a person wants on papers; without a word from them, their name and where mail reaches them. */
export async function getLetterhead(userId: string, tx: Database = db): Promise<Letterhead> {
  const [found] = await tx
    .select({ user: users, kept: letterheads })
    .from(users)
    .leftJoin(letterheads, eq(letterheads.userId, users.id))
    .where(eq(users.id, userId));
  invariant(found, `there is no user ${userId}`);
  const { user, kept } = found;
  return kept ? { ...kept, taxId: kept.taxId ?? '' } : { name: user.name, address: user.email, taxId: '' };
}

/** Who the broker is on papers. */
export async function getBrokerLetterhead(tx: Database = db): Promise<Letterhead> {
  const rows = await tx
    .select()
    .from(settings)
    .where(inArray(settings.key, Object.values(brokerSettings)));
  const kept = (key: string) => rows.find((row) => row.key === key)?.value ?? '';
  const { name, address, taxId } = brokerSettings;
  return { name: kept(name) || 'rpibroker', address: kept(address), taxId: kept(taxId) };
}

/** A letterhead as it is printed. */
export function partyOf({ name, address, taxId }: Letterhead): Party {
  const lines = address.split('\n').map((line) => line.trim());
  return { name, address: lines.filter((line) => line !== ''), taxId: taxId || null };
}
