import { count, desc, eq, ilike, or } from 'drizzle-orm';
import { db } from '#db/client';
import { containing } from '#db/like';
import { users } from '#db/schema/accounts';
import { auditLog } from '#db/schema/admin';

/** How many lines a page of the audit log shows. */
export const AUDIT_PAGE = 50;

/** Who did what to what, newest first, by a part of any of it. */
export async function listAudit({ search = '', page = 1 }: { search?: string; page?: number }) {
  const part = containing(search);
  const { action, objectKind, objectId, detail, address } = auditLog;
  const anywhere = [users.email, action, objectKind, objectId, detail, address].map((column) => ilike(column, part));
  const matches = search ? or(...anywhere) : undefined;
  const byActor = eq(users.id, auditLog.actorId);
  const [lines, [counted]] = await Promise.all([
    db
      .select({
        id: auditLog.id,
        at: auditLog.at,
        actorEmail: users.email,
        action,
        objectKind,
        objectId,
        detail,
        address,
      })
      .from(auditLog)
      .leftJoin(users, byActor)
      .where(matches)
      .orderBy(desc(auditLog.id))
      .limit(AUDIT_PAGE)
      .offset((page - 1) * AUDIT_PAGE),
    db.select({ total: count() }).from(auditLog).leftJoin(users, byActor).where(matches),
  ]);
  return { lines, total: counted?.total ?? 0 };
}
