import type { Metadata } from 'next';
import Link from 'next/link';
import { countryName } from '#components/country';
import { formatPercent } from '#components/figures';
import { Live } from '#components/live';
import { Money } from '#components/money';
import { DeviceBadge } from '#components/state-badge';
import { ButtonLink } from '#components/ui/button';
import { Card } from '#components/ui/card';
import { EmptyState } from '#components/ui/empty-state';
import { PageHeader } from '#components/ui/page-header';
import { listOwnDevices } from '#lib/devices/queries';
import { getEarnings } from '#lib/ledger/balances';
import { requireMember } from '#lib/web/session';

export const metadata: Metadata = { title: 'My devices' };

export default async function DevicesPage() {
  const owner = await requireMember();
  const [devices, { days }] = await Promise.all([listOwnDevices(owner.id), getEarnings(owner.id)]);
  const add = (
    <ButtonLink href="/my/devices/new" variant="primary">
      Add a device
    </ButtonLink>
  );

  return (
    <>
      <Live topic="devices" />
      <PageHeader title="My devices" actions={devices.length > 0 && add}>
        Machines of yours that others can rent.
      </PageHeader>
      <Card flush>
        {devices.length === 0 && (
          <EmptyState title="You rent out nothing yet" action={add}>
            A Raspberry Pi with Docker and one command is enough. Your home network stays out of reach of whoever rents
            it; that is checked before it is listed.
          </EmptyState>
        )}
        <ul className="divide-y divide-line">
          {devices.map((device) => (
            <li key={device.id}>
              <Device
                device={device}
                earned={days.filter((day) => day.deviceId === device.id).reduce((sum, day) => sum + day.earned, 0n)}
              />
            </li>
          ))}
        </ul>
      </Card>
    </>
  );
}

type OwnDevice = Awaited<ReturnType<typeof listOwnDevices>>[number];

function Device({ device, earned }: { device: OwnDevice; earned: bigint }) {
  return (
    <Link
      href={`/my/devices/${device.id}`}
      className="grid grid-cols-[minmax(0,1fr)_auto] items-center gap-x-4 gap-y-2.5 px-5 py-3.5 transition-colors hover:bg-sunken md:grid-cols-[minmax(0,1fr)_12rem_6rem_6rem_7.5rem]"
    >
      <div className="min-w-0">
        <p className="truncate font-medium">{device.name}</p>
        <p className="truncate text-sm text-ink-soft">
          {device.model ?? 'Not measured yet'} · {countryName(device.country)}
        </p>
      </div>
      <DeviceBadge {...device} suspended={device.suspendedAt !== null} />
      <p className="md:text-right">
        <Money amount={device.rate} per="h" />
      </p>
      <p className="figure text-right">
        {device.measuredAt ? formatPercent(device.uptime30) : '–'} <span className="sr-only">uptime in 30 days</span>
        <span aria-hidden="true" className="font-sans text-xs text-ink-faint md:hidden">
          up
        </span>
      </p>
      <p className="text-sm text-ink-soft max-md:col-span-2 md:text-right">
        <Money amount={earned} /> earned
      </p>
    </Link>
  );
}
