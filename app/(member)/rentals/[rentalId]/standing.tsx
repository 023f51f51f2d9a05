import { Countdown } from '#components/ticking';
import { Timestamp } from '#components/timestamp';
import { Link } from '#components/ui/link';
import { Notice } from '#components/ui/notice';
import { isAlive } from '#lib/relays/heartbeat';
import { GRACE_MINUTES, isInterrupted, LOST_HOURS } from '#lib/rentals/deadlines';
import type { RentalView } from '#lib/rentals/queries';

/** What is out of the ordinary just now, and what to do about it. */
export function Standing({ rental, now }: { rental: RentalView; now: Date }) {
  if (rental.state === 'suspended') return <Suspended rental={rental} now={now} />;
  if (!isInterrupted(rental, now)) return null;
  const since = rental.lastProofAt ?? rental.activeAt;
  return (
    <Notice tone="warn" title={obstacleOf(rental, now)}>
      Not billed since {since && <Timestamp at={since} part="second" />}. It goes on by itself as soon as it answers
      again; after {LOST_HOURS} hours without an answer the rental ends.
    </Notice>
  );
}

function obstacleOf({ relaySeenAt, tunnelUpSince }: RentalView, now: Date): string {
  if (!isAlive({ seenAt: relaySeenAt }, now)) return 'The relay that leads to the device does not answer';
  return tunnelUpSince ? 'The environment does not answer' : 'The device is out of reach';
}

function Suspended({ rental, now }: { rental: RentalView; now: Date }) {
  const until = new Date(rental.stateSince.getTime() + GRACE_MINUTES * 60_000);
  const isRenter = rental.role === 'renter';
  return (
    <Notice
      tone="warn"
      title={isRenter ? 'Paused: your wallet is empty' : 'Paused: the renter’s wallet is empty'}
      actions={
        isRenter && (
          <Link href="/wallet" className="link">
            Add funds
          </Link>
        )
      }
    >
      Its addresses are closed and nothing is billed. With funds it goes on where it was; without, it ends and its disk
      is destroyed in <Countdown until={until} now={now} />.
    </Notice>
  );
}
