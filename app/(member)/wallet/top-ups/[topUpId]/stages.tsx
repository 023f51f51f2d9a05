import type { ReactNode } from 'react';
import { payButtons } from '#components/payments/buttons';
import { ButtonLink, buttonLook } from '#components/ui/button';
import { Card } from '#components/ui/card';
import { Notice } from '#components/ui/notice';
import type { PayButton } from '#lib/config/payments';
import { formatMoney } from '#lib/money';
import type { Chain } from '#lib/payments/chain';
import type { TopUpState } from '#lib/top-ups/lifecycle';
import type { TopUpView } from '#lib/top-ups/queries';
import { PayToAddress } from './address.tsx';
import { Arrivals } from './arrivals.tsx';

/** A top-up and what is known about who carries it out; `name` is what people call that. */
export type StageProps = { topUp: TopUpView; name: string; chain: Chain | null; button: PayButton | null; now: Date };

const again = (
  <ButtonLink href="/wallet" variant="primary">
    Top up again
  </ButtonLink>
);

const stages: Record<TopUpState, (props: StageProps) => ReactNode> = {
  created: ({ topUp, name }) =>
    topUp.automatic ? (
      <Notice title="This automatic top-up is being asked for">It is credited as soon as {name} has the money.</Notice>
    ) : (
      <Notice title="This top-up could not be begun" actions={again}>
        There was no answer when it was asked for ({name}), so there is nothing to pay. No money has moved.
      </Notice>
    ),
  pending: (props) => <Pay {...props} />,
  requiresAction: ({ topUp, name }) => (
    <Notice
      tone="warn"
      title="Your bank, or what you pay with, wants you to confirm"
      actions={<Onward topUp={topUp} to="confirm" />}
    >
      Until then nothing is taken. You are led to {name} and back to this page.
    </Notice>
  ),
  processing: ({ topUp, chain }) =>
    chain ? (
      <Arrivals topUp={topUp} chain={chain} />
    ) : (
      <Notice tone="accent" title="Your payment is on its way">
        Some banks take minutes, some take days. It is credited as soon as the money is really there; this page shows it
        by itself, and we mail you.
      </Notice>
    ),
  succeeded: (props) =>
    refundedOf(props.topUp) > 0n ? (
      stages.partiallyRefunded(props)
    ) : (
      <Notice
        tone="good"
        title={`${formatMoney(creditedOf(props.topUp))} is in your wallet`}
        actions={<ButtonLink href="/">Find a device</ButtonLink>}
      >
        What is unspent of it can go back to where it came from.
      </Notice>
    ),
  failed: ({ topUp, name }) => (
    <Notice tone="bad" title="The payment did not go through" actions={again}>
      {sentence(topUp.problem) ?? `No reason was given (${name}).`} Nothing was taken; try again or pay in another way.
    </Notice>
  ),
  expired: ({ topUp, chain }) => (
    <Notice title="Nothing was paid in time" actions={again}>
      {chain && topUp.reference
        ? 'Its address still belongs to you: what arrives there late is credited at the price of that moment.'
        : 'The payment page is closed. If money of yours comes all the same, it is credited.'}
    </Notice>
  ),
  cancelled: () => (
    <Notice title="You cancelled this top-up" actions={again}>
      Nothing was taken. If money of yours comes all the same, it is credited.
    </Notice>
  ),
  partiallyRefunded: ({ topUp }) => (
    <Notice title={`${formatMoney(refundedOf(topUp))} of it went back, or is on its way`}>
      What is left of it is in your wallet, or was spent.
    </Notice>
  ),
  refunded: ({ topUp }) => (
    <Notice title={`All of it, ${formatMoney(refundedOf(topUp))}, went back or is on its way`}>
      It returns to what you paid with. Banks take some days to show it.
    </Notice>
  ),
  disputed: ({ topUp }) => (
    <Notice tone="bad" title="This payment is contested at the bank">
      The bank has taken {formatMoney(contestedOf(topUp))} back until it has decided. While it looks, that much is
      missing from your wallet. If it was not you who contested it, ask your bank.
    </Notice>
  ),
  disputeWon: () => (
    <Notice tone="good" title="The bank has decided that this payment stands">
      What was taken for the time being is yours again.
    </Notice>
  ),
  disputeLost: () => (
    <Notice tone="bad" title="The bank has given this payment back" actions={again}>
      It is no longer in your wallet. What of it was spent already is owed, and settled by the next top-up.
    </Notice>
  ),
  reorged: ({ chain }) => (
    <Notice tone="warn" title="The chain has dropped the block that your payment was in">
      The credit is undone for now. As a rule the payment comes back by itself in a later block
      {chain && ` of ${chain.name}`} and is credited again at the same worth; you need not do anything.
    </Notice>
  ),
};

/** What a top-up has come to, and what to do next. */
export function Stage(props: StageProps) {
  return stages[props.topUp.state](props);
}

function Pay({ topUp, name, chain, button, now }: StageProps) {
  const { action, id } = topUp;
  if (action?.kind === 'address' && chain) {
    return <PayToAddress topUp={topUp} chain={chain} action={action} now={now} />;
  }
  const Button = action?.kind === 'button' && button ? payButtons[button.provider] : undefined;
  return (
    <Card title={`Pay ${formatMoney(topUp.amount)}`}>
      <p className="mb-4 max-w-prose text-ink-soft">
        Nothing has been taken yet. Your wallet is credited as soon as the payment is confirmed, also when you close
        this page.
      </p>
      {Button && button && action?.kind === 'button' && (
        <div className="mb-4 max-w-sm">
          <Button id={action.id} clientId={button.clientId} isLive={button.isLive} page={`/wallet/top-ups/${id}`} />
        </div>
      )}
      <Onward topUp={topUp} to="pay" />
      {Button && <p className="mt-2 text-sm text-ink-faint">Without a pop-up: it leads to {name} and back here.</p>}
    </Card>
  );
}

/** A plain link to where the person goes on, for every browser. */
function Onward({ topUp: { action }, to }: { topUp: TopUpView; to: 'pay' | 'confirm' }) {
  if (action?.kind === 'button')
    return (
      <a href={action.fallbackUrl} className={buttonLook()}>
        Pay on its own page
      </a>
    );
  if (action?.kind !== 'redirect') return null;
  return (
    <a href={action.url} className={buttonLook({ variant: 'primary' })}>
      Go on to {to}
    </a>
  );
}

const creditedOf = ({ payments }: TopUpView) =>
  payments.reduce((sum, { credited, reversedAt }) => (reversedAt ? sum : sum + credited), 0n);
const refundedOf = ({ payments }: TopUpView) => payments.reduce((sum, { refunded }) => sum + refunded, 0n);
const contestedOf = ({ disputes }: TopUpView) =>
  disputes.reduce((sum, { amount, state }) => (state === 'open' ? sum + amount : sum), 0n);
const sentence = (text: string | null) => text && `${text.replace(/\.$/, '')}.`;
