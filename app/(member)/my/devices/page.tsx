import type { Metadata } from 'next';
import { Live } from '#components/live';
import { ButtonLink } from '#components/ui/button';
import { Card } from '#components/ui/card';
import { EmptyState } from '#components/ui/empty-state';
import { PageHeader } from '#components/ui/page-header';
import { listOwnDevices } from '#lib/devices/queries';
import { getEarnings } from '#lib/ledger/balances';
import { requireMember } from '#lib/web/session';
import { DeviceLine } from './device-line.tsx';

export const metadata: Metadata = { title: 'My devices' };

export default async function DevicesPage() {
  const owner = await requireMember();
  const [devices, { days }] = await Promise.all([listOwnDevices(owner.id), getEarnings(owner.id)]);
  const add = (
    <ButtonLink href="/my/devices/new" variant="primary">
      Add a device
    </ButtonLink>
  );

  return (
    <>
      <Live topic="devices" />
      <PageHeader title="My devices" actions={devices.length > 0 && add}>
        Machines of yours that others can rent.
      </PageHeader>
      <Card flush>
        {devices.length === 0 && (
          <EmptyState title="You rent out nothing yet" action={add}>
            A Raspberry Pi with Docker and one command is enough. Your home network stays out of reach of whoever rents
            it; that is checked before it is listed.
          </EmptyState>
        )}
        <ul className="divide-y divide-line">
          {devices.map((device) => (
            <li key={device.id}>
              <DeviceLine
                device={device}
                earned={days.filter((day) => day.deviceId === device.id).reduce((sum, day) => sum + day.earned, 0n)}
              />
            </li>
          ))}
        </ul>
      </Card>
    </>
  );
}
