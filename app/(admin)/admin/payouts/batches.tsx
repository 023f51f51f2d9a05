import { Money } from '#components/money';
import { PayoutBadge } from '#components/state-badge';
import { Timestamp } from '#components/timestamp';
import { Badge } from '#components/ui/badge';
import { Card } from '#components/ui/card';
import { EmptyState } from '#components/ui/empty-state';
import { Fact, Facts } from '#components/ui/facts';
import type { Chain } from '#lib/payments/chain';
import { decimalUnits } from '#lib/payments/quotes';
import type { BatchLine } from '#lib/payouts/desk';
import { Announce, Sign } from './batch-forms.tsx';

type Props = { batches: BatchLine[]; chains: ReadonlyMap<string, Chain> };

/** Payouts on chains that an admin signs elsewhere, together. */
export function Batches({ batches, chains }: Props) {
  return (
    <Card title="Batches" hint="Payouts on chains, which an admin signs where the private key is." flush>
      {batches.length === 0 && (
        <EmptyState title="No batch yet">When payouts wait for a chain, make a batch of them.</EmptyState>
      )}
      <ul className="divide-y divide-line">
        {batches.map((batch) => (
          <li key={batch.id} className="grid grid-cols-1 gap-3 p-5">
            <Batch batch={batch} chain={chains.get(batch.provider)} />
          </li>
        ))}
      </ul>
    </Card>
  );
}

function Batch({ batch, chain }: { batch: BatchLine; chain: Chain | undefined }) {
  const inCoins = (units: bigint) => (chain ? `${decimalUnits(units, chain.decimals)} ${chain.currency}` : `${units}`);
  const units = batch.outputs.reduce((sum, { amount }) => sum + BigInt(amount), 0n);
  const isOpen = !batch.signedAt && !batch.abandonedAt;
  const isOnItsWay = batch.payouts.some(({ state }) => state === 'submitted');
  return (
    <>
      <div className="flex flex-wrap items-center justify-between gap-2">
        <p className="font-medium">
          {chain?.name ?? batch.provider}, {batch.outputs.length} {batch.outputs.length === 1 ? 'payout' : 'payouts'}
        </p>
        <Standing batch={batch} isOnItsWay={isOnItsWay} />
      </div>
      <Facts>
        <Fact label="Pays">{inCoins(units)}</Fact>
        <Fact label="Price of one coin, as asked then">
          <Money amount={batch.price} />
        </Fact>
        <Fact label="Network fee" hint="paid by the broker">
          {inCoins(batch.fee)}
        </Fact>
        <Fact label="Made">
          <Timestamp at={batch.createdAt} />
        </Fact>
      </Facts>
      {isOpen && <Sign batch={batch} />}
      {isOnItsWay && <Announce batch={batch} />}
      <ul className="grid gap-1 text-sm">
        {batch.payouts.map(({ id, units, destination, state, reference, problem }) => (
          <li key={id} className="grid gap-x-3 gap-y-0.5">
            <p className="flex flex-wrap items-center gap-2">
              <span className="figure">{units !== null && inCoins(units)}</span>
              <span className="figure break-all text-ink-soft">{destination}</span>
              <PayoutBadge state={state} />
            </p>
            {reference && <p className="figure text-xs break-all text-ink-faint">{reference}</p>}
            {problem && <p className="wrap-anywhere text-bad">{problem}</p>}
          </li>
        ))}
      </ul>
    </>
  );
}

function Standing({ batch, isOnItsWay }: { batch: BatchLine; isOnItsWay: boolean }) {
  if (batch.abandonedAt) return <Badge>Given up</Badge>;
  if (!batch.signedAt) return <Badge tone="warn">To be signed</Badge>;
  return isOnItsWay ? <Badge tone="accent">Sent</Badge> : <Badge tone="good">Settled</Badge>;
}
