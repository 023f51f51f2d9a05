import type { Metadata } from 'next';
import { notFound } from 'next/navigation';
import { countryName } from '#components/country';
import { HardwareCard, NetworkCard, ProbesCard } from '#components/device-facts';
import { formatUptime } from '#components/figures';
import { Live } from '#components/live';
import { Badge } from '#components/ui/badge';
import { Card } from '#components/ui/card';
import { PageHeader } from '#components/ui/page-header';
import { UptimeBars } from '#components/uptime-bars';
import { databaseTime } from '#lib/clock';
import { findListing, type Listing } from '#lib/devices/queries';
import { listUptimeDays } from '#lib/uptime/queries';
import { currentMember } from '#lib/web/session';
import { ContractCard } from './contract-card.tsx';
import { RentCard } from './rent-card.tsx';

type Props = PageProps<'/devices/[deviceId]'>;

export async function generateMetadata({ params }: Props): Promise<Metadata> {
  const device = await findListing((await params).deviceId);
  return { title: device ? `${device.name}, ${device.model}` : 'Not found' };
}

export default async function ListingPage({ params }: Props) {
  const { deviceId } = await params;
  const device = await findListing(deviceId);
  if (!device) notFound();
  const [member, days] = await Promise.all([currentMember(), listUptimeDays(deviceId, databaseTime())]);

  return (
    <>
      <Live topic={`device:${deviceId}`} />
      <PageHeader title={device.name} back={{ href: '/', label: 'Market' }} aside={<Standing device={device} />}>
        {device.model} in {countryName(device.country)}
      </PageHeader>
      <div className="grid grid-cols-[minmax(0,1fr)] items-start gap-6 lg:grid-cols-[minmax(0,1fr)_22rem]">
        <div className="grid min-w-0 gap-6">
          <HardwareCard {...device} />
          <NetworkCard {...device} />
          <Card title="Uptime" hint="Time in which the relay held the device’s tunnel">
            <p className="mb-4 text-lg font-medium">
              <span className="figure">{formatUptime(device.uptime30)}</span>{' '}
              <span className="text-base font-normal text-ink-soft">
                {device.uptime30 === 0 ? 'here, not counted yet' : 'of the last 30 days'}
              </span>
            </p>
            <UptimeBars days={days} />
          </Card>
          {device.probes && <ProbesCard probes={device.probes} measuredAt={device.measuredAt} />}
        </div>
        <div className="grid gap-6 max-lg:contents lg:sticky lg:top-20">
          <RentCard device={device} member={member} />
          <ContractCard />
        </div>
      </div>
    </>
  );
}

function Standing({ device }: { device: Listing }) {
  if (device.onMarket)
    return (
      <Badge tone="good" dot>
        For rent
      </Badge>
    );
  if (device.state === 'rented') return <Badge dot>Taken</Badge>;
  if (!device.online || device.cutOff)
    return (
      <Badge tone="warn" dot>
        Offline
      </Badge>
    );
  return (
    <Badge tone="accent" busy>
      {device.state === 'wiping' ? 'Being wiped' : 'Getting ready'}
    </Badge>
  );
}
