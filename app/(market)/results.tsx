import type { ReactNode } from 'react';
import { formatMemory } from '#components/bytes';
import { countryName } from '#components/country';
import { formatMilliseconds, formatUptime } from '#components/figures';
import { Money, monthly } from '#components/money';
import { Link } from '#components/ui/link';
import type { MarketDevice } from '#lib/devices/queries';
import { roundToCents } from '#lib/money';
import { type MarketQuery, marketHref, sorts } from './filters.ts';

const columns = 'lg:grid-cols-[minmax(0,1fr)_4rem_3.75rem_3.25rem_4.25rem_3.5rem_6.75rem] lg:items-center lg:gap-x-3';

/** The devices that match, each with the facts that one chooses by. */
export function Results({ devices, query }: { devices: MarketDevice[]; query: MarketQuery }) {
  return (
    <>
      <SortLinks query={query} />
      <ul className="divide-y divide-line">
        {devices.map((device) => (
          <li key={device.id}>
            <Result device={device} />
          </li>
        ))}
      </ul>
    </>
  );
}

/** The heads of the columns, each a link that sorts by it. */
function SortLinks({ query }: { query: MarketQuery }) {
  const current = query.values.sort ?? 'price';
  return (
    <nav
      aria-label="Sort by"
      className={`flex flex-wrap gap-x-4 gap-y-1 border-b border-line px-5 py-2 text-sm lg:grid lg:text-xs ${columns}`}
    >
      <span aria-hidden="true" className="text-ink-soft lg:hidden">
        Sort by
      </span>
      {Object.entries(sorts).map(([sort, label]) => (
        <Link
          key={sort}
          href={marketHref(query.typed, { sort })}
          aria-current={sort === current ? 'true' : undefined}
          className="whitespace-nowrap text-ink-faint last:lg:text-right hover:text-ink aria-[current=true]:font-medium aria-[current=true]:text-accent"
        >
          {label}
        </Link>
      ))}
    </nav>
  );
}

function Result({ device }: { device: MarketDevice }) {
  return (
    <Link
      href={`/devices/${device.id}`}
      className={`grid grid-cols-3 gap-x-4 gap-y-2.5 px-5 py-4 -outline-offset-2 transition-[background-color] hover:bg-sunken ${columns}`}
    >
      <div className="min-w-0 max-lg:col-span-3">
        <p className="font-medium">{device.model}</p>
        <p className="text-sm text-ink-soft lg:flex">
          <span className="break-words lg:truncate">{device.name}</span>
          <span className="shrink-0 lg:whitespace-pre"> · {countryName(device.country)}</span>
        </p>
      </div>
      <dl className="contents">
        <Fact label="CPU">
          {device.cores} cores <Faint>{device.architecture}</Faint>
        </Fact>
        <Fact label="Memory">{formatMemory(device.memoryBytes ?? 0)}</Fact>
        <Fact label="Disk">{device.diskGigabytes} GB</Fact>
        <Fact label="Round trip">{formatMilliseconds(device.roundTripMs)}</Fact>
        <Fact label="Uptime">{formatUptime(device.uptime30)}</Fact>
        <div className="whitespace-nowrap max-lg:col-span-3 max-lg:row-start-2 lg:text-right">
          <dt className="sr-only">Price</dt>
          <dd className="figure max-lg:flex max-lg:items-baseline max-lg:gap-3">
            <Money amount={device.rate} per="h" />
            <Faint>
              ≈ <Money amount={roundToCents(monthly(device.rate))} per="month" />
            </Faint>
          </dd>
        </div>
      </dl>
    </Link>
  );
}

function Fact({ label, children }: { label: string; children: ReactNode }) {
  return (
    <div>
      <dt className="text-xs text-ink-faint lg:sr-only">{label}</dt>
      <dd className="figure">{children}</dd>
    </div>
  );
}

function Faint({ children }: { children: ReactNode }) {
  return <span className="block text-xs text-ink-faint">{children}</span>;
}
