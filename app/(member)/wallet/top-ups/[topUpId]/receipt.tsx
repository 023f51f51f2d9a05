import { Money } from '#components/money';
import { Timestamp } from '#components/timestamp';
import { Card } from '#components/ui/card';
import { Fact, Facts } from '#components/ui/facts';
import { CURRENCY } from '#lib/ledger/accounts';
import type { Chain } from '#lib/payments/chain';
import type { Capabilities } from '#lib/payments/provider';
import { decimalUnits } from '#lib/payments/quotes';
import type { TopUpView } from '#lib/top-ups/queries';
import { SendBackButton } from './send-back-button.tsx';

type Payment = TopUpView['payments'][number];
type Props = { topUp: TopUpView; name: string; chain: Chain | null; wayBack: Capabilities['refund'] };

/** What came in, when, what it was worth, and what of it can go back. */
export function Receipts({ topUp, name, chain, wayBack }: Props) {
  return topUp.payments.map((payment) => (
    <Card
      key={payment.id}
      title="Receipt"
      actions={
        wayBack !== 'none' &&
        payment.refundable > 0n && (
          <SendBackButton paymentId={payment.id} most={payment.refundable} by={name} asksWhere={wayBack === 'manual'} />
        )
      }
    >
      <Facts>
        <Fact label="Paid">
          <Timestamp at={payment.at} part="second" />
        </Fact>
        <Fact label="Received">{received(payment, chain)}</Fact>
        <Fact label="Credited to your wallet" hint={payment.reversedAt && 'undone: the chain dropped it'}>
          <strong className="font-semibold">
            <Money amount={payment.credited} />
          </strong>
        </Fact>
        {payment.fee !== null && payment.fee > 0n && (
          <Fact label="Fee, paid by this broker">
            <Money amount={payment.fee} />
          </Fact>
        )}
        {payment.refunded > 0n && (
          <Fact label="Sent back">
            <Money amount={payment.refunded} />
          </Fact>
        )}
        <Fact label={chain ? 'Transaction' : 'Their reference'}>
          <span className="text-sm wrap-anywhere">{chain ? payment.reference.split(':')[0] : payment.reference}</span>
        </Fact>
      </Facts>
    </Card>
  ));
}

function received({ currency, received: amount }: Payment, chain: Chain | null) {
  if (currency === CURRENCY) return <Money amount={amount} />;
  return `${chain ? decimalUnits(amount, chain.decimals) : amount} ${currency}`;
}
