import { Children, type ComponentProps, type ReactNode } from 'react';
import { Card } from './card.tsx';
import { Table } from './table.tsx';

type Props = Pick<ComponentProps<typeof Card>, 'hint' | 'actions'> & {
  label: string;
  /** Whether the label stands above the table, too. */
  titled?: boolean;
  head: ReactNode;
  /** What stands there instead when there are no rows. */
  empty: ReactNode;
  children: ReactNode;
};

/** A card that holds a table, or says why it has no rows. */
export function TableCard({ label, titled = true, head, empty, children, ...card }: Props) {
  return (
    <Card title={titled && label} flush {...card}>
      {Children.count(children) === 0 ? (
        empty
      ) : (
        <Table label={label} head={head}>
          {children}
        </Table>
      )}
    </Card>
  );
}
