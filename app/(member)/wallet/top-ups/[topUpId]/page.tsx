import type { Metadata } from 'next';
import { notFound, redirect } from 'next/navigation';
import { Live } from '#components/live';
import { Money } from '#components/money';
import { TopUpBadge } from '#components/state-badge';
import { Timestamp } from '#components/timestamp';
import { Card } from '#components/ui/card';
import { Fact, Facts } from '#components/ui/facts';
import { Notice } from '#components/ui/notice';
import { PageHeader } from '#components/ui/page-header';
import { databaseTime } from '#lib/clock';
import { payButton } from '#lib/config/payments';
import { webConfig } from '#lib/config/web';
import { formatMoney } from '#lib/money';
import { findTopUp, type TopUpView } from '#lib/top-ups/queries';
import { requireMember } from '#lib/web/session';
import { treasury } from '#lib/web/treasury';
import { askProvider } from './ask.ts';
import { CancelButton } from './cancel-button.tsx';
import { Receipts } from './receipt.tsx';
import { Stage } from './stages.tsx';
import { WayBack } from './way-back.tsx';

type Props = PageProps<'/wallet/top-ups/[topUpId]'>;

export const metadata: Metadata = { title: 'Top-up' };

export default async function TopUpPage({ params, searchParams }: Props) {
  const member = await requireMember();
  const [{ topUpId }, { back, told }] = await Promise.all([params, searchParams]);
  const now = databaseTime();
  const topUp = await findTopUp(topUpId, member.id, now);
  if (!topUp) notFound();
  // The address that somebody comes back to says nothing about money: it only makes us ask.
  if (back === 'paid' || back === 'left') {
    redirect(`/wallet/top-ups/${topUpId}?told=${(await askProvider(topUp, now)) ? back : 'nothing'}`);
  }

  const { providers, chains } = treasury();
  const provider = providers.get(topUp.provider);
  const chain = chains.get(topUp.provider) ?? null;
  const name = provider?.name ?? topUp.provider;
  const mayCancel = ['created', 'pending', 'requiresAction'].includes(topUp.state) && !topUp.automatic;

  return (
    <>
      <Live topic={`top-up:${topUp.id}`} />
      <PageHeader
        title={`Top-up of ${formatMoney(topUp.amount)}`}
        back={{ href: '/wallet', label: 'Wallet' }}
        aside={<TopUpBadge state={topUp.state} />}
        actions={mayCancel && <CancelButton topUpId={topUp.id} />}
      >
        {topUp.automatic ? 'Automatic, by ' : 'By '}
        {name}
      </PageHeader>
      <div className="grid items-start gap-6 lg:grid-cols-[minmax(0,1fr)_20rem]">
        <div className="grid min-w-0 gap-6">
          {topUp.state === 'pending' && <Told told={told} name={name} />}
          <Stage topUp={topUp} name={name} chain={chain} button={payButton(webConfig())} now={now} />
          <Receipts topUp={topUp} name={name} chain={chain} wayBack={provider?.capabilities.refund ?? 'none'} />
          <WayBack topUp={topUp} />
        </div>
        <About topUp={topUp} name={name} />
      </div>
    </>
  );
}

/** What a person who comes back from paying should know while there is no news of it. */
function Told({ told, name }: { told: unknown; name: string }) {
  if (told === 'left')
    return <Notice>You came back without paying. Nothing was taken; you can still pay below.</Notice>;
  if (told === 'paid')
    return (
      <Notice tone="accent" title="No payment is known yet">
        If you have just paid, it shows here by itself within a minute or so. Please do not pay twice.
      </Notice>
    );
  if (told === 'nothing')
    return (
      <Notice tone="warn" title={`We are still asking what came of it (${name})`}>
        There is no answer just now. We go on asking, and this page shows it by itself. Please do not pay twice.
      </Notice>
    );
  return null;
}

function About({ topUp, name }: { topUp: TopUpView; name: string }) {
  return (
    <Card title="About it">
      <Facts>
        <Fact label="Amount">
          <Money amount={topUp.amount} />
        </Fact>
        <Fact label="By" prose>
          {name}
        </Fact>
        <Fact label="Begun">
          <Timestamp at={topUp.createdAt} />
        </Fact>
        <Fact label="Last change">
          <Timestamp at={topUp.stateSince} />
        </Fact>
        <Fact label="Our reference">
          <span className="text-sm wrap-anywhere">{topUp.id}</span>
        </Fact>
      </Facts>
    </Card>
  );
}
