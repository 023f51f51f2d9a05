import type { ComponentProps, ReactNode } from 'react';

/** What scrolls must be reachable by keyboard. */
const reachable = { tabIndex: 0 };

/** A table that scrolls sideways inside its frame when the screen is narrow. */
export function Table({ label, head, children }: { label: string; head: ReactNode; children: ReactNode }) {
  return (
    <section aria-label={label} {...reachable} className="relative overflow-x-auto">
      <table className="w-full border-collapse">
        <thead>
          <tr className="border-b border-line">{head}</tr>
        </thead>
        <tbody className="divide-y divide-line">{children}</tbody>
      </table>
    </section>
  );
}

type Cell = { numeric?: boolean };

/** A heading of a column. */
export function Th({ numeric, className = '', ...rest }: ComponentProps<'th'> & Cell) {
  const side = numeric ? 'text-right' : 'text-left';
  return (
    <th
      scope="col"
      {...rest}
      className={`h-9 px-5 text-xs font-medium whitespace-nowrap text-ink-faint ${side} ${className}`}
    />
  );
}

/** A cell; `numeric` sets figures in mono, right aligned. */
export function Td({ numeric, className = '', ...rest }: ComponentProps<'td'> & Cell) {
  return (
    <td {...rest} className={`px-5 py-2.5 ${numeric ? 'figure text-right whitespace-nowrap' : ''} ${className}`} />
  );
}
