import { Timestamp } from '#components/timestamp';
import { Card } from '#components/ui/card';
import { Confirm } from '#components/ui/dialog';
import type { SavedMethodLine } from '#lib/top-ups/queries';
import { forgetMethodAction } from './actions.ts';

/** The ways to pay that a person let us keep; nothing of them is stored here but a name and the provider’s token. */
export function SavedMethods({ methods }: { methods: SavedMethodLine[] }) {
  if (methods.length === 0) return null;
  return (
    <Card title="Saved ways to pay" flush>
      <ul className="divide-y divide-line">
        {methods.map(({ id, label, createdAt }) => (
          <li key={id} className="flex flex-wrap items-center justify-between gap-x-6 gap-y-2 px-5 py-3">
            <div className="min-w-0">
              <p className="break-words">{label}</p>
              <p className="text-sm text-ink-soft">
                saved <Timestamp at={createdAt} part="date" />
              </p>
            </div>
            <Confirm
              trigger="Forget"
              size="small"
              title={`Forget ${label}?`}
              confirm="Forget it"
              action={forgetMethodAction}
              values={{ savedMethodId: id }}
            >
              It is deleted at the payment provider too. Automatic top-ups that use it stop.
            </Confirm>
          </li>
        ))}
      </ul>
    </Card>
  );
}
