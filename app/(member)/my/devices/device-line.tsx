import { countryName } from '#components/country';
import { formatPercent } from '#components/figures';
import { Money } from '#components/money';
import { DeviceBadge } from '#components/state-badge';
import { Link } from '#components/ui/link';
import type { listOwnDevices } from '#lib/devices/queries';

type OwnDevice = Awaited<ReturnType<typeof listOwnDevices>>[number];

/** One of an owner's devices, in a list of them. */
export function DeviceLine({ device, earned }: { device: OwnDevice; earned: bigint }) {
  return (
    <Link
      href={`/my/devices/${device.id}`}
      className="grid grid-cols-[minmax(0,1fr)_auto] items-center gap-x-4 gap-y-1.5 px-5 py-3.5 -outline-offset-2 transition-[background-color] hover:bg-sunken md:grid-cols-[minmax(0,1fr)_12rem_auto] md:gap-y-0"
    >
      <p className="font-medium break-words md:truncate">{device.name}</p>
      <div className="md:col-start-2 md:row-span-2 md:row-start-1">
        <DeviceBadge {...device} suspended={device.suspendedAt !== null} />
      </div>
      <p className="text-sm break-words text-ink-soft max-md:col-span-2 md:col-start-1 md:row-start-2 md:truncate">
        {device.model ?? 'Not measured yet'} · {countryName(device.country)}
      </p>
      <div className="flex items-baseline justify-between max-md:col-span-2 md:col-start-3 md:row-span-2 md:row-start-1 md:grid md:grid-cols-[7rem_6rem_7.5rem] md:gap-x-4 *:md:text-right">
        <p>
          <Money amount={device.rate} per="h" />
        </p>
        <Uptime device={device} />
        <p className="text-sm text-ink-soft">
          <Money amount={earned} /> earned
        </p>
      </div>
    </Link>
  );
}

function Uptime({ device }: { device: OwnDevice }) {
  if (!device.measuredAt) return <p className="text-ink-faint">–</p>;
  return (
    <p className="whitespace-nowrap">
      <span className="figure">{formatPercent(device.uptime30)}</span>{' '}
      <span className="text-sm text-ink-soft">
        up<span className="sr-only"> in 30 days</span>
      </span>
    </p>
  );
}
