import { Link } from '#components/ui/link';

/** The way to a user's page, by e-mail address; one that is too long for its column is cut off. */
export function UserLink({ id, email }: { id: string; email: string }) {
  return (
    <Link href={`/admin/users/${id}`} title={email} className="link block truncate md:max-w-44">
      {email}
    </Link>
  );
}
