import { ActionForm } from '#components/ui/action-form';
import { Card } from '#components/ui/card';
import { Confirm } from '#components/ui/dialog';
import { SubmitButton } from '#components/ui/submit-button';
import { type DeviceEvent, nextDeviceState } from '#lib/devices/lifecycle';
import type { OwnDevice } from '#lib/devices/queries';
import { retireDeviceAction, retryVerificationAction } from './actions.ts';
import { NewKeyButton } from './new-key-button.tsx';

/** What an owner does now and then: verify again, make a new key, retire. */
export function MoreCard({ device }: { device: OwnDevice }) {
  const may = (event: DeviceEvent) => nextDeviceState(device.state, event) !== null;
  return (
    <Card title="Maintenance">
      <div className="grid justify-items-start gap-4">
        {(may('retried') || may('recheckDue')) && (
          <ActionForm action={retryVerificationAction} label="Verification" className="grid gap-2">
            <input type="hidden" name="deviceId" value={device.id} />
            <SubmitButton variant="secondary">{may('retried') ? 'Verify again' : 'Measure again'}</SubmitButton>
          </ActionForm>
        )}
        {device.state !== 'awaitingAgent' && <NewKeyButton deviceId={device.id} />}
        {may('retired') ? (
          <Confirm
            trigger="Retire this device"
            title={`Retire ${device.name}?`}
            confirm="Retire it"
            action={retireDeviceAction}
            values={{ deviceId: device.id }}
          >
            It leaves the broker for good and its agent is turned away. What it has earned stays yours. To bring the
            machine back, add it as a new device.
          </Confirm>
        ) : (
          <p className="text-sm text-ink-soft">It can be retired once its rental has ended and it was wiped.</p>
        )}
      </div>
    </Card>
  );
}
