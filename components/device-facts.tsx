import type { Hardware, Probe } from '#lib/protocol/agent';
import { formatBytes, formatMemory } from './bytes.tsx';
import { formatMilliseconds, formatSpeed } from './figures.tsx';
import { Timestamp } from './timestamp.tsx';
import { Badge } from './ui/badge.tsx';
import { Card } from './ui/card.tsx';
import { Fact, Facts } from './ui/facts.tsx';

/** What the agent measured on the device, and when. */
export function HardwareCard({
  hardware,
  diskGigabytes,
  measuredAt,
}: {
  hardware: Hardware;
  diskGigabytes: number;
  measuredAt: Date | null;
}) {
  const { temperatureCelsius, throttled } = hardware;
  return (
    <Card
      title="Hardware"
      hint={
        measuredAt && (
          <>
            Measured <Timestamp at={measuredAt} />
          </>
        )
      }
    >
      <Facts>
        <Fact label="Model">{hardware.model}</Fact>
        <Fact label="Cores">{`${hardware.cores} × ${hardware.architecture}${hardware.hasAes ? ', AES' : ''}`}</Fact>
        <Fact label="CPU speed" hint="SHA-256 on one core">
          {Math.round(hardware.cpuScore)} MB/s
        </Fact>
        <Fact label="Memory">{formatMemory(hardware.memoryBytes)}</Fact>
        <Fact label="Disk" hint={`${formatBytes(hardware.diskBytes)} as measured`}>
          {diskGigabytes} GB
        </Fact>
        <Fact label="Disk speed" hint="write / read">
          {Math.round(hardware.diskWriteMegabytesPerSecond)} / {Math.round(hardware.diskReadMegabytesPerSecond)} MB/s
        </Fact>
        <Fact label="Temperature">
          {temperatureCelsius === null ? 'not told' : `${temperatureCelsius.toFixed(1)} °C`}
        </Fact>
        <Fact label="Throttling">{throttled === null ? 'not told' : throttled ? 'seen' : 'none seen'}</Fact>
        <Fact label="Kernel">{hardware.kernel}</Fact>
      </Facts>
    </Card>
  );
}

type Line = {
  roundTripMs: number | null;
  downloadMbps: number | null;
  uploadMbps: number | null;
  provedAt: Date | null;
};

/** What the relay measured through the device's tunnel, and when. */
export function NetworkCard({ roundTripMs, downloadMbps, uploadMbps, provedAt }: Line) {
  return (
    <Card
      title="Network"
      hint={
        provedAt && (
          <>
            Measured through the relay <Timestamp at={provedAt} />
          </>
        )
      }
    >
      <Facts>
        <Fact label="Round trip">{formatMilliseconds(roundTripMs)}</Fact>
        <Fact label="Into the device">{formatSpeed(downloadMbps)}</Fact>
        <Fact label="Out of the device">{formatSpeed(uploadMbps)}</Fact>
      </Facts>
    </Card>
  );
}

const promises: Record<Probe['name'], string> = {
  memoryLimit: 'Memory stays within its limit',
  diskQuota: 'Disk stays within its quota',
  userNamespace: 'Root inside is nobody outside',
  homeNetwork: 'The home network is out of reach',
  nameLookup: 'Names are looked up',
};

/** What was tried from inside an environment on the device, and what came of it. */
export function ProbesCard({ probes, measuredAt }: { probes: Probe[]; measuredAt: Date | null }) {
  return (
    <Card
      title="Checks from inside"
      hint={
        measuredAt && (
          <>
            Tried <Timestamp at={measuredAt} />
          </>
        )
      }
      flush
    >
      <ul className="divide-y divide-line">
        {probes.map((probe) => (
          <li key={probe.name} className="px-5 py-3">
            <div className="flex items-center justify-between gap-4">
              <span className="font-medium">{promises[probe.name]}</span>
              <Badge tone={probe.passed ? 'good' : 'bad'}>{probe.passed ? 'Passed' : 'Failed'}</Badge>
            </div>
            <p className="mt-1 text-sm break-words text-ink-soft">
              {probe.tried} <span aria-hidden="true">→</span> {probe.seen}
            </p>
            {probe.fix && <p className="mt-1 text-sm">What to do: {probe.fix}</p>}
          </li>
        ))}
      </ul>
    </Card>
  );
}
