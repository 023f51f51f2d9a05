import Link from 'next/link';
import { countryName } from '#components/country';
import { formatPercent } from '#components/figures';
import { Money } from '#components/money';
import { DeviceBadge } from '#components/state-badge';
import type { listOwnDevices } from '#lib/devices/queries';

type OwnDevice = Awaited<ReturnType<typeof listOwnDevices>>[number];

/** One of an owner's devices, in a list of them. */
export function DeviceLine({ device, earned }: { device: OwnDevice; earned: bigint }) {
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
