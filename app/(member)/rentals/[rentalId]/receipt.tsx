import { formatDuration } from '#components/duration';
import { Money } from '#components/money';
import { Timestamp } from '#components/timestamp';
import { Card } from '#components/ui/card';
import { Fact, Facts } from '#components/ui/facts';
import { feeOf } from '#lib/metering/meter';
import { getRentalCost } from '#lib/metering/queries';
import { findWipe, type RentalView } from '#lib/rentals/queries';
import { tellRentalEvent } from '#lib/rentals/story';

/** What a rental that is over came to, to the micro-dollar, and what became of its disk. */
export async function Receipt({ rental }: { rental: RentalView }) {
  const { rate, createdAt, endedAt, endEvent, role, feeBasisPoints } = rental;
  const [{ billableMs, gross }, wipe] = await Promise.all([getRentalCost(rental.id), findWipe(rental)]);
  return (
    <Card title="Receipt" hint={endEvent && tellRentalEvent({ kind: endEvent, detail: null })}>
      <Facts>
        <Fact label="From">
          <Timestamp at={createdAt} part="second" />
        </Fact>
        <Fact label="To">{endedAt && <Timestamp at={endedAt} part="second" />}</Fact>
        <Fact label="Proven time" hint={billableMs >= 60_000n && formatDuration(Number(billableMs))}>
          {(Number(billableMs) / 1000).toLocaleString('en', { minimumFractionDigits: 3 })} s
        </Fact>
        <Fact label="Rate">
          <Money amount={rate} per="h" exact />
        </Fact>
        <Fact label="Charge" hint="proven time × rate, rounded down to the micro-dollar">
          <strong className="font-semibold">
            <Money amount={gross} exact />
          </strong>
        </Fact>
        {role === 'owner' && (
          <Fact label="Yours" hint={`after a fee of ${feeBasisPoints / 100} %`}>
            <Money amount={gross - feeOf(gross, feeBasisPoints)} exact />
          </Fact>
        )}
        <Fact label="The disk" prose>
          <Wiped wipe={wipe} />
        </Fact>
      </Facts>
    </Card>
  );
}

function Wiped({ wipe }: { wipe: Awaited<ReturnType<typeof findWipe>> }) {
  if (!wipe) return 'is being destroyed';
  if (wipe.kind === 'wipeFailed')
    return 'could not be wiped; the device is out of service until an admin has cleared it';
  return (
    <>
      destroyed <Timestamp at={wipe.at} part="second" />
    </>
  );
}
