import type { ReactNode } from 'react';
import { Money } from '#components/money';
import { Card } from '#components/ui/card';
import { Pagination } from '#components/ui/pagination';
import { Table, Td, Th } from '#components/ui/table';
import type { IssuedPaper } from '#lib/papers/queries';
import { isNumeric, type Party, type Section, showCell } from '#lib/papers/sheet';

/** How many rows of each table a page of a long paper shows; its files have them all. */
const ROWS = 250;

/** A paper as it was issued. */
export function PaperSheet({ paper, page }: { paper: IssuedPaper; page: number }) {
  const { number, issuedAt, sheet } = paper;
  const longest = Math.max(...sheet.sections.map(({ rows }) => rows.length));
  const facts = [
    { label: 'Number', value: number },
    { label: 'Issued', value: issuedAt.toISOString().slice(0, 10) },
  ];
  return (
    <article className="grid gap-6">
      <div className="grid gap-x-6 gap-y-5 rounded-lg border border-line bg-surface p-5 sm:grid-cols-3">
        <Words label="From">
          <Address party={sheet.from} />
        </Words>
        <Words label="To">
          <Address party={sheet.to} />
        </Words>
        <dl className="grid content-start gap-2">
          {[...facts, ...sheet.facts].map(({ label, value }) => (
            <div key={label}>
              <dt className="text-xs text-ink-faint">{label}</dt>
              <dd className="break-words">{value}</dd>
            </div>
          ))}
        </dl>
      </div>
      {sheet.sections.map((section) => (
        <Lines key={section.title} section={section} page={page} />
      ))}
      {longest > ROWS && (
        <Pagination
          page={page}
          hasMore={longest > page * ROWS}
          hrefFor={(to) => `/wallet/papers/${paper.id}?page=${to}`}
        />
      )}
      <div className="flex flex-wrap items-baseline justify-between gap-4 border-t border-line-strong pt-4 text-lg font-semibold">
        <p>{sheet.total.label}</p>
        <Money amount={BigInt(sheet.total.amount)} />
      </div>
      <div className="grid max-w-2xl gap-1.5 text-sm text-ink-soft">
        {sheet.notes.map((note) => (
          <p key={note}>{note}</p>
        ))}
      </div>
    </article>
  );
}

/** A table of a paper, or the part of a long one that this page shows. */
function Lines({ section: { title, columns, rows }, page }: { section: Section; page: number }) {
  const first = (page - 1) * ROWS;
  const shown = rows.slice(first, first + ROWS).map((row, index) => ({ row, line: first + index + 1 }));
  if (shown.length === 0) return null;
  const isPair = columns.length === 2;
  const part = `Lines ${first + 1} to ${first + shown.length} of ${rows.length}; the files have all of them.`;
  const head = columns.map(({ label, kind }) => (
    <Th key={label} numeric={isNumeric(kind)}>
      {label}
    </Th>
  ));
  return (
    <Card title={title} {...(rows.length > ROWS && { hint: part })} flush>
      <Table label={title} head={head}>
        {shown.map(({ row, line }) => (
          <tr key={line} className={`break-inside-avoid ${isPair ? 'max-md:grid-cols-[1fr_auto]!' : ''}`}>
            {columns.map(({ label, kind }, at) => (
              <Td
                key={label}
                {...(at > 0 && !isPair && { label })}
                numeric={isNumeric(kind)}
                className={`${at === 0 || kind === 'instant' ? 'md:whitespace-nowrap' : ''} ${kind === 'instant' ? 'figure' : ''}`}
              >
                {showCell(kind, row[at] ?? '')}
              </Td>
            ))}
          </tr>
        ))}
      </Table>
    </Card>
  );
}

function Words({ label, children }: { label: string; children: ReactNode }) {
  return (
    <div className="min-w-0">
      <p className="text-xs text-ink-faint">{label}</p>
      {children}
    </div>
  );
}

function Address({ party: { name, address, taxId } }: { party: Party }) {
  return (
    <address className="break-words not-italic">
      <p className="font-medium">{name}</p>
      <p className="whitespace-pre-line text-ink-soft">{address.join('\n')}</p>
      {taxId && <p className="text-ink-soft">Tax id {taxId}</p>}
    </address>
  );
}
