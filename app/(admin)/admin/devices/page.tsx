import type { Metadata } from 'next';
import { Money } from '#components/money';
import { DeviceBadge } from '#components/state-badge';
import { Confirm } from '#components/ui/dialog';
import { ActionsTh, Td, Th } from '#components/ui/table';
import { ADMIN_PAGE, listAllDevices } from '#lib/devices/queries';
import { requireAdmin } from '#lib/web/session';
import { clearQuarantineAction, suspendDeviceAction, unsuspendDeviceAction } from '../actions.ts';
import { List } from '../list.tsx';
import { listQueryOf } from '../list-query.ts';
import { Reason } from '../reason.tsx';
import { UserLink } from '../user-link.tsx';

export const metadata: Metadata = { title: 'Devices' };

type Device = Awaited<ReturnType<typeof listAllDevices>>['devices'][number];

export default async function DevicesPage({ searchParams }: PageProps<'/admin/devices'>) {
  await requireAdmin();
  const query = listQueryOf(await searchParams);
  const { devices, total } = await listAllDevices(query);
  const head = (
    <>
      <Th>Device</Th>
      <Th>Owner</Th>
      <Th>State</Th>
      <Th numeric>Rate</Th>
      <ActionsTh />
    </>
  );
  const hint = 'name, owner’s address or id';
  return (
    <List title="Devices" path="/admin/devices" pageSize={ADMIN_PAGE} {...{ query, hint, total, head }}>
      {devices.map((device) => (
        <Row key={device.id} device={device} />
      ))}
    </List>
  );
}

function Row({ device }: { device: Device }) {
  return (
    <tr>
      <Td>
        <p>{device.name}</p>
        <p className="figure text-xs whitespace-nowrap text-ink-faint">{device.id}</p>
      </Td>
      <Td label="Owner">
        <UserLink id={device.ownerId} email={device.ownerEmail} />
      </Td>
      <Td label="State">
        <DeviceBadge {...device} suspended={device.suspendedAt !== null} />
        {device.problem && <p className="mt-1 max-w-xs text-sm text-ink-soft">{device.problem}</p>}
      </Td>
      <Td label="Rate" numeric>
        <Money amount={device.rate} per="h" />
      </Td>
      <Td>
        <div className="flex justify-end gap-2">
          {device.state === 'quarantined' && <Clear device={device} />}
          {device.suspendedAt && device.state !== 'retired' && <Release device={device} />}
          {!device.suspendedAt && device.state !== 'retired' && <Suspend device={device} />}
        </div>
      </Td>
    </tr>
  );
}

function Suspend({ device }: { device: Device }) {
  return (
    <Confirm
      key="suspend"
      trigger="Suspend"
      size="small"
      title={`Suspend ${device.name}?`}
      confirm="Suspend"
      action={suspendDeviceAction}
      values={{ deviceId: device.id }}
      fields={<Reason />}
    >
      It leaves the market. A running rental goes on until somebody ends it.
    </Confirm>
  );
}

function Release({ device }: { device: Device }) {
  return (
    <Confirm
      key="lift"
      trigger="Lift"
      size="small"
      title={`Let ${device.name} back on the market?`}
      confirm="Lift the suspension"
      action={unsuspendDeviceAction}
      values={{ deviceId: device.id }}
      destructive={false}
    >
      It is offered again when it is ready, online and listed.
    </Confirm>
  );
}

function Clear({ device }: { device: Device }) {
  return (
    <Confirm
      key="clear"
      trigger="Clear"
      size="small"
      title={`Clear the quarantine of ${device.name}?`}
      confirm="Verify it again"
      action={clearQuarantineAction}
      values={{ deviceId: device.id }}
      destructive={false}
    >
      Its last wipe failed, so something of a renter may be left. Clear it only when you know that nothing is.
    </Confirm>
  );
}
