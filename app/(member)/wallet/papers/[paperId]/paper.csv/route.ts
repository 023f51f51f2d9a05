import { csvOf } from '#lib/papers/csv';
import { findPaper } from '#lib/papers/queries';
import { memberEndpoint, refusal } from '#lib/web/endpoint';
import { paperFile } from '../paper-file.ts';

type Context = RouteContext<'/wallet/papers/[paperId]/paper.csv'>;

/** The tables of a paper, for spreadsheets and programs. */
export const GET = memberEndpoint<Context>(async (_, member, { params }) => {
  const paper = await findPaper((await params).paperId, member);
  if (!paper) return refusal('notFound');
  return paperFile(csvOf(paper.number, paper.sheet), { name: `${paper.number}.csv`, type: 'text/csv; charset=utf-8' });
});
