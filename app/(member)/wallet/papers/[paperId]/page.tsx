import type { Metadata } from 'next';
import { notFound } from 'next/navigation';
import { buttonLook } from '#components/ui/button';
import { PageHeader } from '#components/ui/page-header';
import { findPaper, type IssuedPaper } from '#lib/papers/queries';
import { pageOf } from '#lib/web/page-number';
import { currentMember, requireMember } from '#lib/web/session';
import { PaperSheet } from './paper-sheet.tsx';

type Props = PageProps<'/wallet/papers/[paperId]'>;

export async function generateMetadata({ params }: Props): Promise<Metadata> {
  const member = await currentMember();
  const paper = member && (await findPaper((await params).paperId, member));
  return { title: paper?.number ?? 'Paper' };
}

export default async function PaperPage({ params, searchParams }: Props) {
  const member = await requireMember();
  const paper = await findPaper((await params).paperId, member);
  if (!paper) notFound();

  const own = paper.userId === member.id;
  const list = own ? '/wallet/papers' : `/admin/users/${paper.userId}/papers`;
  return (
    <>
      <PageHeader title={paper.sheet.title} back={{ href: list, label: 'Papers' }} actions={<Files paper={paper} />}>
        <span className="figure">{paper.number}</span>
      </PageHeader>
      <PaperSheet paper={paper} page={pageOf((await searchParams).page)} />
    </>
  );
}

function Files({ paper: { id } }: { paper: IssuedPaper }) {
  const path = `/wallet/papers/${id}`;
  return (
    <div className="flex gap-2 print:hidden">
      <a className={buttonLook()} href={`${path}/paper.csv`}>
        CSV
      </a>
      <a className={buttonLook({ variant: 'primary' })} href={`${path}/paper.pdf`}>
        PDF
      </a>
    </div>
  );
}
