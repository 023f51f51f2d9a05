import { formatDuration } from '#components/duration';
import { Money } from '#components/money';
import { RunningCost, RunningTime } from '#components/ticking';
import { Stat, Stats } from '#components/ui/stat';
import { getWallet } from '#lib/ledger/balances';
import type { RentalView } from '#lib/rentals/queries';
import type { Member } from '#lib/web/session';
import { type Proof, provenMs } from './proven.ts';

type Props = { rental: RentalView; proofs: Proof[]; member: Member; now: Date };

/** What the rental costs, while it runs. */
export async function RentalStats({ rental, proofs, member, now }: Props) {
  const { rate, lastProofAt, activeAt, state } = rental;
  // The proof that made it active counts from the first second, also while the relay has yet to store it.
  const provedAt = lastProofAt ?? activeAt;
  const proven = provenMs(proofs, rental.activeAt ?? rental.createdAt);
  const meter = { rate, billableMs: proven, provedAt: state === 'active' ? provedAt : null, now };
  return (
    <Stats>
      <Stat label={rental.role === 'owner' ? 'Paid so far' : 'Cost so far'} hint="proven time only">
        <RunningCost {...meter} />
      </Stat>
      <Stat label="Rate">
        <Money amount={rate} per="h" />
      </Stat>
      <Stat label="Proven time">
        <RunningTime {...meter} />
      </Stat>
      {rental.role === 'renter' && <Runway memberId={member.id} now={now} />}
    </Stats>
  );
}

async function Runway({ memberId, now }: { memberId: string; now: Date }) {
  const { runwaySeconds, burnPerHour } = await getWallet(memberId, now);
  return (
    <Stat
      label="Wallet lasts for"
      hint={
        <>
          all rentals together: <Money amount={burnPerHour} per="h" />
        </>
      }
    >
      {runwaySeconds === null ? '–' : formatDuration(runwaySeconds * 1000)}
    </Stat>
  );
}
