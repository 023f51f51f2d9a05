import { Money } from '#components/money';
import { Timestamp } from '#components/timestamp';
import { Card } from '#components/ui/card';
import { Fact, Facts } from '#components/ui/facts';
import { Link } from '#components/ui/link';
import type { RentalView } from '#lib/rentals/queries';

/** What both sides agreed to. */
export function AgreementCard({ rental }: { rental: RentalView }) {
  const { contractHash, createdAt, rate, feeBasisPoints, role, device } = rental;
  return (
    <Card title="Agreement">
      <Facts>
        <Fact label="Device">
          <Link
            href={role === 'owner' ? `/my/devices/${device.id}` : `/devices/${device.id}`}
            className="link font-sans"
          >
            {device.name}
          </Link>
        </Fact>
        <Fact label="Agreed">
          <Timestamp at={createdAt} part="second" />
        </Fact>
        <Fact label="Rate">
          <Money amount={rate} per="h" />
        </Fact>
        {role !== 'renter' && <Fact label="The broker’s fee">{feeBasisPoints / 100} %</Fact>}
        <Fact label="Contract" hint="fingerprint of its text">
          <Link href={`/contract?hash=${contractHash}`} className="link">
            {contractHash.slice(0, 16)}…
          </Link>
        </Fact>
      </Facts>
    </Card>
  );
}
