import type { Metadata } from 'next';
import { PageHeader } from '#components/ui/page-header';
import { databaseTime } from '#lib/clock';
import { getLetterhead } from '#lib/papers/letterheads';
import { listSessions } from '#lib/sessions/queries';
import { listSshKeys } from '#lib/ssh-keys/queries';
import { isFresh, requireMember } from '#lib/web/session';
import { Letterhead } from './letterhead.tsx';
import { Password } from './password.tsx';
import { Profile } from './profile.tsx';
import { Sessions } from './sessions.tsx';
import { SshKeys } from './ssh-keys.tsx';

export const metadata: Metadata = { title: 'Settings' };

export default async function SettingsPage() {
  const member = await requireMember();
  const [sessions, keys, letterhead] = await Promise.all([
    listSessions(member.id, databaseTime()),
    listSshKeys(member.id),
    getLetterhead(member.id),
  ]);
  const fresh = isFresh(member);
  return (
    <>
      <PageHeader title="Settings">Who you are here, and what lets you in.</PageHeader>
      <div className="grid items-start gap-6 lg:grid-cols-[20rem_minmax(0,1fr)]">
        <div className="grid gap-6">
          <Profile member={member} />
          <Password fresh={fresh} />
          <Letterhead kept={letterhead} />
        </div>
        <div className="grid min-w-0 gap-6">
          <SshKeys keys={keys} fresh={fresh} />
          <Sessions sessions={sessions} currentId={member.sessionId} />
        </div>
      </div>
    </>
  );
}
