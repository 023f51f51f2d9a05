import { Money } from '#components/money';
import { RefundBadge } from '#components/state-badge';
import { Timestamp } from '#components/timestamp';
import { Card } from '#components/ui/card';
import { Confirm } from '#components/ui/dialog';
import { EmptyState } from '#components/ui/empty-state';
import { TextField } from '#components/ui/field';
import { Link } from '#components/ui/link';
import { Table, Td, Th } from '#components/ui/table';
import { CURRENCY } from '#lib/ledger/accounts';
import type { Providers } from '#lib/payments/registry';
import type { RefundByHand } from '#lib/refunds/by-hand';
import { Reason } from '../reason.tsx';
import { declineRefundAction, settleRefundAction } from './actions.ts';

type Props = { title: string; refunds: RefundByHand[]; providers: Providers; empty: string };

/** Refunds that an admin sends, each with where to, and what to do about it. */
export function RefundTable({ title, refunds, providers, empty }: Props) {
  return (
    <Card title={title} flush>
      {refunds.length === 0 ? (
        <EmptyState title={empty} />
      ) : (
        <Table
          label={title}
          head={
            <>
              <Th>Person</Th>
              <Th>By</Th>
              <Th numeric>Amount</Th>
              <Th>To</Th>
              <Th>What is in the way</Th>
              <Th>Asked</Th>
              <Th>
                <span className="sr-only">What to do</span>
              </Th>
            </>
          }
        >
          {refunds.map((refund) => (
            <Row key={refund.id} refund={refund} providers={providers} />
          ))}
        </Table>
      )}
    </Card>
  );
}

function Row({ refund, providers }: { refund: RefundByHand; providers: Providers }) {
  const { userId, email, provider, amount, destination, problem, createdAt, state } = refund;
  return (
    <tr>
      <Td label="Person">
        <Link href={`/admin/users/${userId}`} className="link wrap-anywhere">
          {email}
        </Link>
      </Td>
      <Td label="By">{providers.get(provider)?.name ?? provider}</Td>
      <Td label="Amount" numeric>
        <Money amount={amount} />
      </Td>
      <Td label="To">{destination !== null && <span className="figure wrap-anywhere">{destination}</span>}</Td>
      <Td label="What is in the way">{problem}</Td>
      <Td label="Asked">
        <Timestamp at={createdAt} />
      </Td>
      <Td>{state === 'requested' ? <Decide refund={refund} providers={providers} /> : <End refund={refund} />}</Td>
    </tr>
  );
}

function End({ refund: { state, reference } }: { refund: RefundByHand }) {
  if (state === 'succeeded') return <span className="figure text-sm break-all">{reference}</span>;
  return <RefundBadge state={state} />;
}

function Decide({ refund, providers }: { refund: RefundByHand; providers: Providers }) {
  return (
    <div className="flex justify-end gap-2">
      {refund.destination !== null && <MarkSent refund={refund} providers={providers} />}
      <Confirm
        trigger="Decline"
        size="small"
        title="Decline this refund?"
        confirm="Decline"
        action={declineRefundAction}
        values={{ refundId: refund.id }}
        fields={<Reason hint="The person reads it." />}
      >
        The person has the money in the wallet again.
      </Confirm>
    </div>
  );
}

function MarkSent({ refund, providers }: { refund: RefundByHand; providers: Providers }) {
  const { id: refundId, provider, destination } = refund;
  const currency = providers.get(provider)?.currency ?? CURRENCY;
  return (
    <Confirm
      trigger="Mark as sent"
      size="small"
      destructive={false}
      title="Note that it was sent"
      confirm="It was sent"
      action={settleRefundAction}
      values={{ refundId, provider }}
      fields={
        <>
          <TextField name="reference" label="Transaction" mono autoComplete="off" required />
          {currency !== CURRENCY && (
            <TextField name="sent" label={`What left the account, in ${currency}`} inputMode="decimal" required />
          )}
        </>
      }
    >
      To <span className="figure break-all">{destination}</span>. This cannot be taken back here.
    </Confirm>
  );
}
