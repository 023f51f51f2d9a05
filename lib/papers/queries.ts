import { and, desc, eq, sql } from 'drizzle-orm';
import { db } from '#db/client';
import { papers } from '#db/schema/papers';
import { isId } from '../ids.ts';
import { type PaperKind, paperNumber, type Sheet } from './sheet.ts';

/** A paper in a list. */
export type PaperLine = { id: string; kind: PaperKind; number: string; title: string; total: bigint; issuedAt: Date };

/** In which years a person was issued papers, the latest first. */
export async function listPaperYears(userId: string): Promise<number[]> {
  const rows = await db
    .selectDistinct({ year: papers.year })
    .from(papers)
    .where(eq(papers.userId, userId))
    .orderBy(desc(papers.year));
  return rows.map(({ year }) => year);
}

/** A person's papers of a year, the latest first. */
export async function listPapers(userId: string, { year }: { year: number }): Promise<PaperLine[]> {
  const rows = await db
    .select({
      id: papers.id,
      kind: sql<PaperKind>`${papers.kind}`,
      year: papers.year,
      number: papers.number,
      title: sql<string>`${papers.content}->>'title'`,
      total: papers.total,
      issuedAt: papers.issuedAt,
    })
    .from(papers)
    .where(and(eq(papers.userId, userId), eq(papers.year, year)))
    .orderBy(desc(papers.id));
  return rows.map(({ year, ...row }) => ({ ...row, number: paperNumber({ ...row, year }) }));
}

/** A paper as it was issued. */
export type IssuedPaper = { id: string; userId: string; number: string; issuedAt: Date; sheet: Sheet };

/** A paper that its reader may see: their own, or as an admin anybody's. */
export async function findPaper(
  paperId: string,
  reader: { id: string; isAdmin: boolean },
): Promise<IssuedPaper | null> {
  if (!isId(paperId)) return null;
  const [found] = await db.select().from(papers).where(eq(papers.id, paperId));
  if (!found || (found.userId !== reader.id && !reader.isAdmin)) return null;
  const { id, userId, year, number, issuedAt } = found;
  const kind = found.kind as PaperKind;
  return { id, userId, number: paperNumber({ kind, year, number }), issuedAt, sheet: found.content as Sheet };
}
