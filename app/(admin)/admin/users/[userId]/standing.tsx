import { Card } from '#components/ui/card';
import { Confirm } from '#components/ui/dialog';
import type { User } from '#lib/accounts/queries';
import { setAdminAction, suspendUserAction, unsuspendUserAction } from '../../actions.ts';
import { setFrozenAction } from '../../payouts/actions.ts';
import { Reason } from '../../reason.tsx';

/** What an admin may decide about somebody else. */
export function Standing({ user, frozen }: { user: User; frozen: boolean }) {
  return (
    <Card title="Standing">
      <div className="flex flex-wrap gap-2">
        {user.suspendedAt ? <LetIn user={user} /> : <LockOut user={user} />}
        <PayoutSwitch user={user} frozen={frozen} />
        <AdminSwitch user={user} />
      </div>
    </Card>
  );
}

function LockOut({ user }: { user: User }) {
  return (
    <Confirm
      key="suspend"
      trigger="Suspend"
      title={`Suspend ${user.name}?`}
      confirm="Suspend"
      action={suspendUserAction}
      values={{ userId: user.id }}
      fields={<Reason />}
    >
      All sessions end at once, and so do all rentals on both sides. Devices leave the market.
    </Confirm>
  );
}

function LetIn({ user }: { user: User }) {
  return (
    <Confirm
      key="lift"
      trigger="Lift the suspension"
      title={`Let ${user.name} in again?`}
      confirm="Lift the suspension"
      action={unsuspendUserAction}
      values={{ userId: user.id }}
      destructive={false}
    >
      Sessions and rentals that were ended stay ended; devices are back on the market.
    </Confirm>
  );
}

function PayoutSwitch({ user, frozen }: { user: User; frozen: boolean }) {
  return (
    <Confirm
      key={`payouts-${frozen}`}
      trigger={frozen ? 'Let payouts go on' : 'Stop payouts'}
      title={frozen ? `Let the payouts of ${user.name} go on?` : `Stop the payouts of ${user.name}?`}
      confirm={frozen ? 'Let them go on' : 'Stop payouts'}
      action={setFrozenAction}
      values={{ userId: user.id, frozen: String(!frozen) }}
      destructive={!frozen}
      fields={<Reason />}
    >
      {frozen
        ? 'Payouts that wait go out as they are due.'
        : 'Nothing more is paid to this person until an admin lets it go on; what they earn stays theirs. What was sent before goes on.'}
    </Confirm>
  );
}

function AdminSwitch({ user }: { user: User }) {
  return (
    <Confirm
      key={`admin-${user.isAdmin}`}
      trigger={user.isAdmin ? 'Take admin rights away' : 'Make admin'}
      title={user.isAdmin ? `Take admin rights from ${user.name}?` : `Make ${user.name} an admin?`}
      confirm={user.isAdmin ? 'Take them away' : 'Make admin'}
      action={setAdminAction}
      values={{ userId: user.id, isAdmin: String(!user.isAdmin) }}
      destructive={user.isAdmin}
    >
      Admins see everything here, move money and suspend people.
    </Confirm>
  );
}
