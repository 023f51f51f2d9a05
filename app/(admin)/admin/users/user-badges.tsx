import { Badge } from '#components/ui/badge';

type Props = { isAdmin: boolean; suspendedAt: Date | null; emailVerifiedAt: Date | null; frozen?: boolean };

/** What is special about a user. */
export function UserBadges({ isAdmin, suspendedAt, emailVerifiedAt, frozen }: Props) {
  return (
    <span className="flex flex-wrap gap-1.5">
      {isAdmin && <Badge tone="accent">Admin</Badge>}
      {suspendedAt && <Badge tone="bad">Suspended</Badge>}
      {frozen && <Badge tone="warn">Payouts stopped</Badge>}
      {!emailVerifiedAt && <Badge tone="warn">Address not confirmed</Badge>}
    </span>
  );
}
