import { formatDuration } from '#components/duration';
import { Timestamp } from '#components/timestamp';
import { buttonLook } from '#components/ui/button';
import { Card } from '#components/ui/card';
import { Table, Td, Th } from '#components/ui/table';
import type { RentalView } from '#lib/rentals/queries';
import type { Proof } from './proven.ts';

/** How many stretches the page shows; the file has them all. */
const SHOWN = 12;

/** The stretches for which the relay proved that the environment answered: what is billed, and nothing else. */
export function TimelineCard({ rental, proofs, now }: { rental: RentalView; proofs: Proof[]; now: Date }) {
  const from = rental.activeAt ?? rental.createdAt;
  const to = rental.endedAt ?? now;
  return (
    <Card
      title="Timeline of proofs"
      hint="Every 10 seconds the relay connects through the public port."
      actions={
        <a href={`/rentals/${rental.id}/proofs.csv`} download className={buttonLook({ size: 'small' })}>
          Download CSV
        </a>
      }
      flush
    >
      <div className="p-5">
        <Strip proofs={proofs} from={from.getTime()} to={to.getTime()} />
        <div className="mt-1.5 flex justify-between text-xs text-ink-faint">
          <Timestamp at={from} />
          {rental.endedAt ? <Timestamp at={to} /> : <span>now</span>}
        </div>
      </div>
      <Stretches proofs={proofs.slice(-SHOWN).reverse()} />
      {proofs.length > SHOWN && (
        <p className="border-t border-line px-5 py-3 text-sm text-ink-soft">
          {proofs.length - SHOWN} earlier stretches are in the CSV file.
        </p>
      )}
    </Card>
  );
}

function Strip({ proofs, from, to }: { proofs: Proof[]; from: number; to: number }) {
  const span = Math.max(1, to - from);
  const place = (at: Date) => Math.min(1, Math.max(0, (at.getTime() - from) / span)) * 1000;
  return (
    <svg
      viewBox="0 0 1000 28"
      preserveAspectRatio="none"
      role="img"
      className="block h-7 w-full overflow-hidden rounded-sm"
    >
      <title>{`Proven in ${proofs.length} ${proofs.length === 1 ? 'stretch' : 'stretches'}; gaps are not billed`}</title>
      <rect width="1000" height="28" className="fill-sunken" />
      {proofs.map((proof) => (
        <rect
          key={proof.from.getTime()}
          x={place(proof.from)}
          width={Math.max(1, place(proof.to) - place(proof.from))}
          height="28"
          className="fill-good"
        />
      ))}
    </svg>
  );
}

function Stretches({ proofs }: { proofs: Proof[] }) {
  if (proofs.length === 0) return <p className="px-5 pb-5 text-ink-soft">Nothing is proven yet.</p>;
  const head = (
    <>
      <Th>From</Th>
      <Th>To</Th>
      <Th numeric>Length</Th>
      <Th numeric>Proofs</Th>
      <Th>Host key compared</Th>
    </>
  );
  return (
    <div className="border-t border-line">
      <Table label="Proven stretches" head={head}>
        {proofs.map(({ from, to, proofs: count, handshakeAt }) => (
          <tr key={from.getTime()}>
            <Td label="From">
              <Timestamp at={from} part="second" />
            </Td>
            <Td label="To">
              <Timestamp at={to} part="second" />
            </Td>
            <Td label="Length" numeric>
              {formatDuration(to.getTime() - from.getTime())}
            </Td>
            <Td label="Proofs" numeric>
              {count}
            </Td>
            <Td label="Key compared">{handshakeAt ? <Timestamp at={handshakeAt} part="second" /> : '–'}</Td>
          </tr>
        ))}
      </Table>
    </div>
  );
}
