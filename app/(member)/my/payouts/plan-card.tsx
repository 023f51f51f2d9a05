import { Timestamp } from '#components/timestamp';
import { ActionForm } from '#components/ui/action-form';
import { Card } from '#components/ui/card';
import { SubmitButton } from '#components/ui/submit-button';
import { databaseTime } from '#lib/clock';
import { nextPayday } from '#lib/payouts/terms';
import { setWeeklyAction } from './actions.ts';

/** Whether an owner is paid by itself. */
export function PlanCard({ weekly }: { weekly: boolean }) {
  return (
    <Card title="When you are paid">
      <ActionForm action={setWeeklyAction} label="When you are paid">
        <p>
          {weekly ? (
            <>
              Every Monday, all that is available. Next on <Timestamp at={nextPayday(databaseTime())} />.
            </>
          ) : (
            'Only when you ask for it.'
          )}
        </p>
        <input type="hidden" name="weekly" value={weekly ? 'no' : 'yes'} />
        <div>
          <SubmitButton variant="secondary">{weekly ? 'Pay me only on request' : 'Pay me every Monday'}</SubmitButton>
        </div>
      </ActionForm>
    </Card>
  );
}
