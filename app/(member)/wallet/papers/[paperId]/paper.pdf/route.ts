import { pdfOf } from '#lib/papers/pdf';
import { findPaper } from '#lib/papers/queries';
import { memberEndpoint, refusal } from '#lib/web/endpoint';
import { paperFile } from '../paper-file.ts';

type Context = RouteContext<'/wallet/papers/[paperId]/paper.pdf'>;

/** A paper to keep, send and print. */
export const GET = memberEndpoint<Context>(async (_, member, { params }) => {
  const paper = await findPaper((await params).paperId, member);
  if (!paper) return refusal('notFound');
  const { number, issuedAt, sheet } = paper;
  return paperFile(await pdfOf(number, issuedAt, sheet), { name: `${number}.pdf`, type: 'application/pdf' });
});
