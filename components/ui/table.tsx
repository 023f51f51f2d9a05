import type { ComponentProps, ReactNode } from 'react';

/** What scrolls must be reachable by keyboard. */
const reachable = { tabIndex: 0 };

/** A table; on a narrow screen each row becomes a small list of its cells, under their labels. */
export function Table({ label, head, children }: { label: string; head: ReactNode; children: ReactNode }) {
  return (
    <section aria-label={label} {...reachable} className="relative overflow-x-auto -outline-offset-2">
      <table className="w-full border-collapse max-md:block">
        <thead className="max-md:sr-only">
          <tr className="border-b border-line">{head}</tr>
        </thead>
        <tbody className="divide-y divide-line max-md:block max-md:*:grid max-md:*:grid-cols-1 max-md:*:gap-1 max-md:*:px-5 max-md:*:py-3.5">
          {children}
        </tbody>
      </table>
    </section>
  );
}

/** A heading of a column. */
export function Th({ numeric, className = '', ...rest }: ComponentProps<'th'> & { numeric?: boolean }) {
  const side = numeric ? 'text-right' : 'text-left';
  return (
    <th
      scope="col"
      {...rest}
      className={`h-9 px-5 text-xs font-medium whitespace-nowrap text-ink-faint ${side} ${className}`}
    />
  );
}

/** The heading of the column in which something can be done with each row. */
export function ActionsTh() {
  return (
    <Th>
      <span className="sr-only">Actions</span>
    </Th>
  );
}

type Cell = ComponentProps<'td'> & {
  /** Figures, in mono and right aligned. */
  numeric?: boolean;
  /** Stands before the value on a narrow screen, where the columns have no headings. */
  label?: string;
};

/** A cell. */
export function Td({ numeric, label, className = '', children, ...rest }: Cell) {
  const look = numeric ? 'figure text-right whitespace-nowrap' : '';
  const narrow = label
    ? 'max-md:flex max-md:items-baseline max-md:justify-between max-md:gap-4 max-md:empty:hidden'
    : 'max-md:block';
  return (
    <td {...rest} className={`px-5 py-2.5 max-md:p-0 ${narrow} ${look} ${className}`}>
      {label && children ? <Labelled label={label}>{children}</Labelled> : children}
    </td>
  );
}

function Labelled({ label, children }: { label: string; children: ReactNode }) {
  return (
    <>
      <span className="shrink-0 font-sans text-sm text-ink-soft md:hidden">{label}</span>
      <div className="min-w-0 max-md:text-right max-md:wrap-anywhere">{children}</div>
    </>
  );
}
