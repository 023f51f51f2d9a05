import type { Metadata } from 'next';
import { notFound } from 'next/navigation';
import { PageHeader } from '#components/ui/page-header';
import { contract } from '#lib/contracts/agreement';
import { findContract } from '#lib/contracts/queries';
import { ContractText } from './contract-text.tsx';

export const metadata: Metadata = { title: 'Rental contract' };

export default async function ContractPage({ searchParams }: PageProps<'/contract'>) {
  const { hash } = await searchParams;
  const asked = await findContract([hash].flat()[0] ?? contract.hash);
  if (!asked) notFound();
  const isCurrent = asked.hash === contract.hash;

  return (
    <article className="mx-auto max-w-xl">
      <PageHeader title={`Rental contract, version ${asked.version}`}>
        {isCurrent
          ? 'What renter and owner agree to with every rental that starts today.'
          : 'An earlier version. Rentals that were agreed under it keep it until they end.'}
      </PageHeader>
      <ContractText body={asked.body} />
      <footer className="mt-10 border-t border-line pt-5 text-sm text-ink-soft">
        <p>Fingerprint of this text (SHA-256), which every rental keeps:</p>
        <p className="figure mt-1 break-all text-ink">{asked.hash}</p>
      </footer>
    </article>
  );
}
