import type { Metadata } from 'next';
import { Timestamp } from '#components/timestamp';
import { Td, Th } from '#components/ui/table';
import { AUDIT_PAGE, listAudit } from '#lib/audit/queries';
import { requireAdmin } from '#lib/web/session';
import { List } from '../list.tsx';
import { listQueryOf } from '../list-query.ts';

export const metadata: Metadata = { title: 'Audit log' };

export default async function AuditPage({ searchParams }: PageProps<'/admin/audit'>) {
  await requireAdmin();
  const query = listQueryOf(await searchParams);
  const { lines, total } = await listAudit(query);
  const head = (
    <>
      <Th>When</Th>
      <Th>Who</Th>
      <Th>What</Th>
      <Th>To what</Th>
      <Th>From</Th>
    </>
  );
  const hint = 'any part of it';
  return (
    <List title="Audit log" path="/admin/audit" pageSize={AUDIT_PAGE} {...{ query, hint, total, head }}>
      {lines.map((line) => (
        <tr key={line.id} className="align-top">
          <Td>
            <Timestamp at={line.at} part="second" />
          </Td>
          <Td label="Who">{line.actorEmail ?? 'Nobody signed in'}</Td>
          <Td label="What">
            <p className="figure">{line.action}</p>
            {line.detail && <p className="max-w-sm text-sm break-words text-ink-soft">{line.detail}</p>}
          </Td>
          <Td label="To what">
            <p>{line.objectKind}</p>
            <p className="figure text-xs text-ink-soft md:whitespace-nowrap">{line.objectId}</p>
          </Td>
          <Td label="From" className="figure text-sm">
            {line.address}
          </Td>
        </tr>
      ))}
    </List>
  );
}
