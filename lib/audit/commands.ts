import type { Database } from '#db/client';
import { auditLog } from '#db/schema/admin';

/** Who did what to what, and from where. */
export type AuditEntry = {
  actorId: string | null;
  action: string;
  objectKind: string;
  objectId: string;
  detail?: string | null;
  address?: string | null;
  at: Date;
};

/** Writes a line that nobody can change any more, in the transaction of what it tells. */
export async function record(tx: Database, entry: AuditEntry): Promise<void> {
  await tx.insert(auditLog).values(entry);
}
