import { Badge } from '#components/ui/badge';

type Props = { isAdmin: boolean; suspendedAt: Date | null; emailVerifiedAt: Date | null };

/** What is special about a user. */
export function UserBadges({ isAdmin, suspendedAt, emailVerifiedAt }: Props) {
  return (
    <span className="flex flex-wrap gap-1.5">
      {isAdmin && <Badge tone="accent">Admin</Badge>}
      {suspendedAt && <Badge tone="bad">Suspended</Badge>}
      {!emailVerifiedAt && <Badge tone="warn">Address not confirmed</Badge>}
    </span>
  );
}
