import { Money } from '#components/money';
import { Timestamp } from '#components/timestamp';
import { Card } from '#components/ui/card';
import { EmptyState } from '#components/ui/empty-state';
import { Link } from '#components/ui/link';
import { Table, Td, Th } from '#components/ui/table';
import { Tabs } from '#components/ui/tabs';
import { listPapers, listPaperYears, type PaperLine } from '#lib/papers/queries';

type Props = { userId: string; year: string | string[] | undefined; path: string };

/** Somebody's papers of one year, the latest first; other years are a click away. */
export async function PaperList({ userId, year: asked, path }: Props) {
  const years = await listPaperYears(userId);
  const year = years.find((known) => String(known) === asked) ?? years[0];
  if (year === undefined) {
    return (
      <Card>
        <EmptyState title="No papers yet">
          A receipt comes with each payment, and a statement early in the month after one in which something moved.
        </EmptyState>
      </Card>
    );
  }
  const tabs = years.map((one) => ({ href: `${path}?year=${one}`, label: String(one), current: one === year }));
  return (
    <>
      {years.length > 1 && <Tabs label="Years" tabs={tabs} />}
      <Card flush>
        <Table label={`Papers of ${year}`} head={<Head />}>
          {(await listPapers(userId, { year })).map((paper) => (
            <Row key={paper.id} paper={paper} />
          ))}
        </Table>
      </Card>
    </>
  );
}

function Head() {
  return (
    <>
      <Th>Number</Th>
      <Th>Paper</Th>
      <Th>Issued</Th>
      <Th numeric>Total</Th>
      <Th>Files</Th>
    </>
  );
}

function Row({ paper: { id, number, title, issuedAt, total } }: { paper: PaperLine }) {
  const path = `/wallet/papers/${id}`;
  return (
    <tr>
      <Td>
        <Link href={path} className="link figure whitespace-nowrap">
          {number}
        </Link>
      </Td>
      <Td>{title}</Td>
      <Td label="Issued">
        <Timestamp at={issuedAt} part="date" />
      </Td>
      <Td label="Total" numeric>
        <Money amount={total} />
      </Td>
      <Td label="Files">
        <span className="flex gap-3">
          <a className="link" href={`${path}/paper.pdf`} aria-label={`${number} as PDF`}>
            PDF
          </a>
          <a className="link" href={`${path}/paper.csv`} aria-label={`${number} as CSV`}>
            CSV
          </a>
        </span>
      </Td>
    </tr>
  );
}
