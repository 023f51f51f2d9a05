import { Money } from '#components/money';
import { ActionForm } from '#components/ui/action-form';
import { Card } from '#components/ui/card';
import { EmptyState } from '#components/ui/empty-state';
import { SubmitButton } from '#components/ui/submit-button';
import type { Treasury } from '#lib/payments/registry';
import type { Queue } from '#lib/payouts/desk';
import { makeBatchAction } from './actions.ts';

type Props = { queues: Queue[] } & Pick<Treasury, 'providers' | 'chains'>;

/** What waits to be sent, and for chains the way to send it. */
export function Queues({ queues, providers, chains }: Props) {
  return (
    <Card title="Waiting to be sent" flush>
      {queues.length === 0 && <EmptyState title="Nothing waits" />}
      <ul className="divide-y divide-line">
        {queues.map(({ provider, count, amount }) => (
          <li key={provider} className="grid gap-3 px-5 py-3.5">
            <div className="flex items-baseline justify-between gap-4">
              <span>
                {providers.get(provider)?.name ?? `${provider}, not set up any more`}{' '}
                <span className="text-sm text-ink-faint">× {count}</span>
              </span>
              <Money amount={amount} />
            </div>
            {chains.has(provider) && (
              <ActionForm action={makeBatchAction} label={`Batch for ${provider}`} className="grid gap-3">
                <input type="hidden" name="provider" value={provider} />
                <div>
                  <SubmitButton variant="secondary" size="small">
                    Make a batch
                  </SubmitButton>
                </div>
              </ActionForm>
            )}
          </li>
        ))}
      </ul>
    </Card>
  );
}
