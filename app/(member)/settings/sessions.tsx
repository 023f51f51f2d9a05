import { Timestamp } from '#components/timestamp';
import { ActionForm } from '#components/ui/action-form';
import { Badge } from '#components/ui/badge';
import { Card } from '#components/ui/card';
import { SubmitButton } from '#components/ui/submit-button';
import { describeBrowser } from '#lib/sessions/browsers';
import type { listSessions } from '#lib/sessions/queries';
import { endOtherSessionsAction, endSessionAction } from './actions.ts';

type Session = Awaited<ReturnType<typeof listSessions>>[number];

/** Where the member is signed in, and how to end that. */
export function Sessions({ sessions, currentId }: { sessions: Session[]; currentId: string }) {
  const endOthers = (
    <ActionForm action={endOtherSessionsAction} className="" label="End all other sessions">
      <SubmitButton variant="danger" size="small">
        End all others
      </SubmitButton>
    </ActionForm>
  );
  return (
    <Card title="Sessions" hint="Where you are signed in." flush {...(sessions.length > 1 && { actions: endOthers })}>
      <ul className="divide-y divide-line">
        {sessions.map((session) => (
          <Row key={session.id} session={session} isCurrent={session.id === currentId} />
        ))}
      </ul>
    </Card>
  );
}

function Row({ session, isCurrent }: { session: Session; isCurrent: boolean }) {
  const browser = describeBrowser(session.userAgent);
  return (
    <li className="flex flex-wrap items-center justify-between gap-x-6 gap-y-2 px-5 py-3">
      <div className="min-w-0">
        <p className="flex items-center gap-2">
          {browser} {isCurrent && <Badge tone="accent">This one</Badge>}
        </p>
        <p className="text-sm break-words text-ink-soft">
          <span className="figure">{session.address}</span> · since <Timestamp at={session.createdAt} /> · last used{' '}
          <Timestamp at={session.lastSeenAt} />
        </p>
      </div>
      {!isCurrent && (
        <ActionForm action={endSessionAction} className="" label={`End the session of ${browser}`}>
          <input type="hidden" name="sessionId" value={session.id} />
          <SubmitButton variant="secondary" size="small">
            End
          </SubmitButton>
        </ActionForm>
      )}
    </li>
  );
}
