import { Money } from '#components/money';
import { PayoutBadge } from '#components/state-badge';
import { Timestamp } from '#components/timestamp';
import { ActionForm } from '#components/ui/action-form';
import { Confirm } from '#components/ui/dialog';
import { EmptyState } from '#components/ui/empty-state';
import { SubmitButton } from '#components/ui/submit-button';
import { ActionsTh, Td, Th } from '#components/ui/table';
import { TableCard } from '#components/ui/table-card';
import { providerName } from '#lib/payments/provider';
import type { DeskPayout } from '#lib/payouts/desk';
import type { HoldReason } from '#lib/payouts/terms';
import { treasury } from '#lib/web/treasury';
import { Reason } from '../reason.tsx';
import { UserLink } from '../user-link.tsx';
import { approvePayoutAction, askAboutPayoutAction, declinePayoutAction } from './actions.ts';

/** Why a payout is held, in a word or two. */
const holds: Record<HoldReason, string> = {
  frozen: 'payouts stopped',
  notReady: 'owner not known well enough there',
  review: 'to be approved',
  newDestination: 'new destination',
};

type Kind = 'approve' | 'ask' | 'look';
type Props = { title: string; payouts: DeskPayout[]; empty: string; kind: Kind; hint?: string };

/** Some of the payouts, with what an admin can do about them. */
export function PayoutTable({ title, payouts, empty, kind, hint }: Props) {
  const head = (
    <>
      <Th>Owner</Th>
      <Th numeric>Amount</Th>
      <Th>State</Th>
      <Th>To</Th>
      <Th>Since</Th>
      <ActionsTh />
    </>
  );
  return (
    <TableCard label={title} hint={hint} head={head} empty={<EmptyState title={empty} />}>
      {payouts.map((payout) => (
        <Row key={payout.id} payout={payout} kind={kind} />
      ))}
    </TableCard>
  );
}

function Row({ payout, kind }: { payout: DeskPayout; kind: Kind }) {
  return (
    <tr>
      <Td>
        <UserLink id={payout.ownerId} email={payout.ownerEmail} />
      </Td>
      <Td numeric label="Amount">
        <Money amount={payout.amount} />
      </Td>
      <Td>
        <PayoutBadge state={payout.state} />
        {payout.heldFor && <p className="mt-1 text-sm text-ink-soft">{holds[payout.heldFor as HoldReason]}</p>}
        {payout.problem && <p className="mt-1 max-w-xs text-sm wrap-anywhere text-bad">{payout.problem}</p>}
      </Td>
      <Td>
        <p>{providerName(treasury().providers, payout.provider)}</p>
        <p className="figure text-xs wrap-anywhere text-ink-faint md:max-w-64">{payout.destination}</p>
      </Td>
      <Td label="Since">
        <Timestamp at={payout.stateSince} />
      </Td>
      <Td>
        <div className="flex justify-end gap-2">
          {kind === 'approve' && <Decide payout={payout} />}
          {kind === 'ask' && <Ask payout={payout} />}
        </div>
      </Td>
    </tr>
  );
}

function Decide({ payout }: { payout: DeskPayout }) {
  return (
    <>
      <Confirm
        key="approve"
        trigger="Approve"
        size="small"
        title="Let this payout leave?"
        confirm="Approve"
        action={approvePayoutAction}
        values={{ payoutId: payout.id }}
        destructive={false}
      >
        <Money amount={payout.amount} /> for {payout.ownerEmail}, to {payout.destination}.
      </Confirm>
      <Confirm
        key="decline"
        trigger="Decline"
        size="small"
        title="Decline this payout?"
        confirm="Decline"
        action={declinePayoutAction}
        values={{ payoutId: payout.id }}
        fields={<Reason hint="The owner reads it. It is kept in the audit log." />}
      >
        The money is available to the owner again.
      </Confirm>
    </>
  );
}

function Ask({ payout }: { payout: DeskPayout }) {
  return (
    <ActionForm action={askAboutPayoutAction} label={`Ask about a payout for ${payout.ownerEmail}`}>
      <input type="hidden" name="payoutId" value={payout.id} />
      <SubmitButton variant="secondary" size="small">
        Ask now
      </SubmitButton>
    </ActionForm>
  );
}
