import { formatPercent } from '#components/figures';
import { Money } from '#components/money';
import { RentalBadge } from '#components/state-badge';
import { Timestamp } from '#components/timestamp';
import { Card } from '#components/ui/card';
import { Fact, Facts } from '#components/ui/facts';
import { Link } from '#components/ui/link';
import { Stat, Stats } from '#components/ui/stat';
import { UptimeBars } from '#components/uptime-bars';
import { databaseTime } from '#lib/clock';
import { listDeviceEvents, type OwnDevice } from '#lib/devices/queries';
import { tellDeviceEvent } from '#lib/devices/story';
import { getDeviceEarnings } from '#lib/ledger/balances';
import { isInterrupted } from '#lib/rentals/deadlines';
import { listDeviceRentals } from '#lib/rentals/queries';
import { listUptimeDays } from '#lib/uptime/queries';

/** What an owner looks at first. */
export async function DeviceStats({ device }: { device: OwnDevice }) {
  const { total } = await getDeviceEarnings(device.id);
  return (
    <Stats>
      <Stat label="Earned" hint="after the fee">
        <Money amount={total} />
      </Stat>
      <Stat label="Rate" hint="for future rentals">
        <Money amount={device.rate} per="h" />
      </Stat>
      <Stat label="Uptime" hint="of 30 days">
        {device.measuredAt ? formatPercent(device.uptime30) : '–'}
      </Stat>
    </Stats>
  );
}

/** How reliably the device was there. */
export async function UptimeCard({ deviceId }: { deviceId: string }) {
  const days = await listUptimeDays(deviceId, databaseTime());
  if (days.length === 0) return null;
  return (
    <Card title="Uptime by day" hint="Time in which the relay held the device’s tunnel">
      <UptimeBars days={days} />
    </Card>
  );
}

/** Who had the device, newest first. */
export async function RentalsCard({ deviceId, ownerId }: { deviceId: string; ownerId: string }) {
  const rentals = await listDeviceRentals(deviceId, ownerId);
  return (
    <Card title="Rentals" flush>
      {rentals.length === 0 && <p className="p-5 text-ink-soft">Nobody has rented it yet.</p>}
      <ul className="divide-y divide-line">
        {rentals.map((rental) => (
          <li key={rental.id} className="flex flex-wrap items-center justify-between gap-x-4 gap-y-1 px-5 py-3">
            <Link href={`/rentals/${rental.id}`} className="link figure">
              {rental.name}
            </Link>
            <span className="flex items-center gap-4 text-ink-soft">
              <Timestamp at={rental.createdAt} />
              <RentalBadge state={rental.state} interrupted={isInterrupted(rental, databaseTime())} />
            </span>
          </li>
        ))}
      </ul>
    </Card>
  );
}

/** What came in on which day. */
export async function EarningsCard({ deviceId }: { deviceId: string }) {
  const { days } = await getDeviceEarnings(deviceId);
  if (days.length === 0) return null;
  return (
    <Card title="Earnings by day" hint="UTC, after the broker’s fee">
      <Facts>
        {days.slice(0, 30).map(({ day, earned }) => (
          <Fact key={day} label={<span className="figure">{day}</span>}>
            <Money amount={earned} exact />
          </Fact>
        ))}
      </Facts>
    </Card>
  );
}

/** What has happened to the device, newest first. */
export async function HistoryCard({ deviceId }: { deviceId: string }) {
  const events = await listDeviceEvents(deviceId, { limit: 15 });
  return (
    <Card title="History">
      <ol className="grid gap-3">
        {events.map((event) => (
          <li key={event.id.toString()}>
            <p className="break-words">{tellDeviceEvent(event)}</p>
            <p className="text-sm text-ink-faint">
              <Timestamp at={event.at} part="second" />
            </p>
          </li>
        ))}
      </ol>
    </Card>
  );
}
