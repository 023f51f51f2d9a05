import { Timestamp } from '#components/timestamp';
import { Confirm } from '#components/ui/dialog';
import { SelectField } from '#components/ui/field';
import { ActionsTh, Td, Th } from '#components/ui/table';
import { TableCard } from '#components/ui/table-card';
import type { ReconciliationLine } from '#lib/reconciliations/queries';
import { Units } from '../../units.tsx';
import { bookMovementAction } from '../actions.ts';

type Difference = ReconciliationLine['differences'][number];

/** What differed between the books and a provider when they were compared last, or why nobody knows. */
export function Differences({ run, name }: { run: ReconciliationLine; name: string }) {
  const { at, problem, differences } = run;
  const hint = (
    <>
      compared <Timestamp at={at} />
    </>
  );
  const head = (
    <>
      <Th>What</Th>
      <Th numeric>In the books</Th>
      <Th numeric>At the provider</Th>
      <ActionsTh />
    </>
  );
  return (
    <TableCard label={name} hint={hint} head={head} empty={<p className="p-5 wrap-anywhere text-bad">{problem}</p>}>
      {differences.map((one) => (
        <Row key={`${one.kind} ${one.reference} ${one.currency} ${one.there}`} run={run} difference={one} />
      ))}
    </TableCard>
  );
}

function Row({ run, difference }: { run: ReconciliationLine; difference: Difference }) {
  const { kind, reference, currency, here, there } = difference;
  return (
    <tr>
      <Td>
        {kind === 'balance' ? `The balance in ${currency}` : <span className="figure wrap-anywhere">{reference}</span>}
      </Td>
      <Td label="In the books" numeric>
        {here === null ? 'unknown' : <Units amount={BigInt(here)} currency={currency} />}
      </Td>
      <Td label="At the provider" numeric>
        {there === null ? 'unknown' : <Units amount={BigInt(there)} currency={currency} />}
      </Td>
      <Td className="text-right">
        {kind === 'movement' && there !== null && <Explain run={run} difference={difference} />}
      </Td>
    </tr>
  );
}

function Explain({ run, difference }: { run: ReconciliationLine; difference: Difference }) {
  const { reference, currency, here, there } = difference;
  const fields = (
    <SelectField name="as" label="What it was">
      <option value="bank">Between the provider and our bank</option>
      <option value="fee">A fee of the provider</option>
    </SelectField>
  );
  return (
    <Confirm
      trigger="Explain"
      size="small"
      title="What was this movement?"
      confirm="Book it"
      action={bookMovementAction}
      values={{ reconciliationId: run.id, reference, currency }}
      fields={fields}
      destructive={false}
    >
      <Units amount={BigInt(there ?? 0) - BigInt(here ?? 0)} currency={currency} /> at {run.provider}, which has nothing
      to do with renters and owners. This cannot be undone.
    </Confirm>
  );
}
