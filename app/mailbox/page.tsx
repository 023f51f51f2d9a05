import type { Metadata } from 'next';
import { headers } from 'next/headers';
import { notFound } from 'next/navigation';
import { Timestamp } from '#components/timestamp';
import { Card } from '#components/ui/card';
import { EmptyState } from '#components/ui/empty-state';
import { PageHeader } from '#components/ui/page-header';
import { isLocalMode, webConfig } from '#lib/config/web';
import { listMails } from '#lib/mail/queries';
import { clientAddress, isLoopback } from '#lib/web/client';
import { letterhead } from '#lib/web/letterhead';

export const metadata: Metadata = { title: 'Mailbox' };

/** Local mode's letters, which no mail server takes. Anywhere else, and for anybody on the network, there is no such page. */
export default async function MailboxPage() {
  if (!isLocalMode() || !isFromHere(await headers())) notFound();
  const mails = await listMails(letterhead().sealer);
  return (
    <>
      <PageHeader title="Mailbox">
        This broker runs on your own machine and has no mail server, so its letters to everybody stay here.
      </PageHeader>
      {mails.length === 0 ? (
        <EmptyState title="No mail yet">Sign up, or ask for a new password, and a letter appears here.</EmptyState>
      ) : (
        <div className="grid max-w-2xl gap-4">
          {mails.map((mail) => (
            <Letter key={mail.id} {...mail} />
          ))}
        </div>
      )}
    </>
  );
}

/** A stranger's page could give this machine a name of its own and have the browser here read letters to it. */
function isFromHere(sent: Headers): boolean {
  return isLoopback(clientAddress(sent)) && sent.get('host') === new URL(webConfig().PUBLIC_URL).host;
}

type Mail = Awaited<ReturnType<typeof listMails>>[number];

function Letter({ recipient, subject, body, createdAt }: Mail) {
  return (
    <Card title={subject} hint={`To ${recipient}`} actions={<Timestamp at={createdAt} part="second" />}>
      <p className="wrap-anywhere whitespace-pre-line">
        {body ? <WithLinks text={body} /> : 'This letter has been sent.'}
      </p>
    </Card>
  );
}

/** Addresses in a letter as links, the way mail programs show them. */
function WithLinks({ text }: { text: string }) {
  return text.split(/(https?:\/\/[^\s]+)/).map((part, index) =>
    index % 2 === 1 ? (
      <a key={part} href={part} className="link break-all">
        {part}
      </a>
    ) : (
      part
    ),
  );
}
