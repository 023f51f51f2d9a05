import type { Metadata } from 'next';
import { notFound } from 'next/navigation';
import { countryName } from '#components/country';
import { HardwareCard, NetworkCard, ProbesCard } from '#components/device-facts';
import { Live } from '#components/live';
import { DeviceBadge } from '#components/state-badge';
import { PageHeader } from '#components/ui/page-header';
import { mayChangeDisk } from '#lib/devices/lifecycle';
import { findOwnDevice } from '#lib/devices/queries';
import { formatMoney } from '#lib/money';
import { getFeeBasisPoints } from '#lib/settings/queries';
import { requireMember } from '#lib/web/session';
import { DescriptionCard } from './description-card.tsx';
import { EnrolCard } from './enrol-card.tsx';
import { DeviceStats, EarningsCard, HistoryCard, RentalsCard, UptimeCard } from './figures.tsx';
import { installCommands } from './install-commands.ts';
import { MoreCard } from './more-card.tsx';
import { RentalCard } from './rental-card.tsx';
import { SettingsCard } from './settings-card.tsx';
import { WayCard } from './way-card.tsx';

type Props = PageProps<'/my/devices/[deviceId]'>;

export async function generateMetadata({ params }: Props): Promise<Metadata> {
  const owner = await requireMember();
  const device = await findOwnDevice((await params).deviceId, owner.id);
  return { title: device?.name ?? 'Not found' };
}

export default async function DevicePage({ params }: Props) {
  const owner = await requireMember();
  const { deviceId } = await params;
  const device = await findOwnDevice(deviceId, owner.id);
  if (!device) notFound();
  const isRetired = device.state === 'retired';

  return (
    <>
      <Live topic={`device:${deviceId}`} />
      <PageHeader
        title={device.name}
        back={{ href: '/my/devices', label: 'My devices' }}
        aside={<DeviceBadge {...device} suspended={device.suspendedAt !== null} />}
      >
        {device.model ?? 'Not measured yet'}, {countryName(device.country)}
      </PageHeader>
      {!isRetired && (
        <EnrolCard
          deviceId={deviceId}
          commands={await installCommands()}
          isWaiting={device.state === 'awaitingAgent'}
        />
      )}
      <div className="grid grid-cols-[minmax(0,1fr)] items-start gap-6 lg:grid-cols-[minmax(0,1fr)_22rem]">
        <div className="grid min-w-0 gap-6 max-lg:contents">
          <DeviceStats device={device} />
          {device.hardware && <HardwareCard {...device} hardware={device.hardware} />}
          {device.provedAt && <NetworkCard {...device} />}
          {device.probes && <ProbesCard {...device} probes={device.probes} />}
          <UptimeCard deviceId={deviceId} />
          <RentalsCard deviceId={deviceId} ownerId={owner.id} />
          <EarningsCard deviceId={deviceId} />
        </div>
        <div className="grid gap-6 max-lg:contents">
          {device.rental && <RentalCard device={device} rental={device.rental} />}
          {!isRetired && <WayCard device={device} />}
          {!isRetired && (
            <SettingsCard
              deviceId={deviceId}
              rate={formatMoney(device.rate).slice(1)}
              diskGigabytes={device.diskGigabytes}
              mayChangeDisk={mayChangeDisk(device.state)}
              listed={device.listed}
              feeBasisPoints={await getFeeBasisPoints()}
            />
          )}
          {!isRetired && <DescriptionCard deviceId={deviceId} name={device.name} country={device.country} />}
          <HistoryCard deviceId={deviceId} />
          {!isRetired && <MoreCard device={device} />}
        </div>
      </div>
    </>
  );
}
