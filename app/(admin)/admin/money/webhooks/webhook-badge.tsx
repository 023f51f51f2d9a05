import { Badge } from '#components/ui/badge';
import type { WebhookState } from '#lib/webhooks/queries';

const looks = {
  waiting: { text: 'Waiting', tone: 'accent' },
  dead: { text: 'Given up', tone: 'bad' },
  done: { text: 'Done', tone: 'good' },
} as const;

/** Where a webhook is. */
export function WebhookBadge({ state }: { state: WebhookState }) {
  const { text, tone } = looks[state];
  return (
    <Badge tone={tone} dot>
      {text}
    </Badge>
  );
}
