import { Confirm } from '#components/ui/dialog';
import type { WebhookLine } from '#lib/webhooks/queries';
import { replayWebhookAction } from '../actions.ts';

/** Has an event worked on once more. */
export function Replay({ event }: { event: Pick<WebhookLine, 'id' | 'type' | 'provider'> }) {
  return (
    <Confirm
      trigger="Try again"
      size="small"
      title="Work on this event again?"
      confirm="Try again"
      action={replayWebhookAction}
      values={{ eventId: event.id.toString() }}
      destructive={false}
    >
      <span className="figure">{event.type}</span> of {event.provider}. The provider is asked how things stand, and the
      books follow; what they say already stays as it is.
    </Confirm>
  );
}
