import type { Metadata } from 'next';
import { Timestamp } from '#components/timestamp';
import { Link } from '#components/ui/link';
import { Td, Th } from '#components/ui/table';
import { listUsers, USERS_PAGE } from '#lib/accounts/queries';
import { requireAdmin } from '#lib/web/session';
import { List } from '../list.tsx';
import { listQueryOf } from '../list-query.ts';
import { UserBadges } from './user-badges.tsx';

export const metadata: Metadata = { title: 'Users' };

export default async function UsersPage({ searchParams }: PageProps<'/admin/users'>) {
  await requireAdmin();
  const query = listQueryOf(await searchParams);
  const { users, total } = await listUsers(query);
  const head = (
    <>
      <Th>Name</Th>
      <Th>E-mail address</Th>
      <Th>Standing</Th>
      <Th numeric>Since</Th>
    </>
  );
  return (
    <List
      title="Users"
      path="/admin/users"
      hint="name, address or id"
      pageSize={USERS_PAGE}
      {...{ query, total, head }}
    >
      {users.map((user) => (
        <tr key={user.id}>
          <Td>
            <Link href={`/admin/users/${user.id}`} className="link">
              {user.name}
            </Link>
          </Td>
          <Td className="break-words">{user.email}</Td>
          <Td>
            <UserBadges {...user} />
          </Td>
          <Td label="Since" numeric>
            <Timestamp at={user.createdAt} part="date" />
          </Td>
        </tr>
      ))}
    </List>
  );
}
