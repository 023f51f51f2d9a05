import type { Metadata } from 'next';
import { ActionForm } from '#components/ui/action-form';
import { Link } from '#components/ui/link';
import { PageHeader } from '#components/ui/page-header';
import { SubmitButton } from '#components/ui/submit-button';
import { isLocalMode } from '#lib/config/web';
import { currentMember } from '#lib/web/session';
import { resendAction, verifyAction } from '../actions.ts';

export const metadata: Metadata = { title: 'Confirm your address' };

export default async function VerifyPage({ searchParams }: PageProps<'/verify'>) {
  const { token, sent } = await searchParams;
  if (typeof token === 'string') return <Confirmation token={token} />;

  const member = await currentMember();
  if (member?.emailVerified) return <PageHeader title="Your address is confirmed">Nothing is left to do.</PageHeader>;
  const writtenTo = typeof sent === 'string' ? sent : member?.email;
  return (
    <>
      <PageHeader title="Look into your mail">
        {writtenTo ? (
          <>
            We wrote to <b className="font-medium break-words text-ink">{writtenTo}</b>. Open the link in that letter to
            confirm the address.
          </>
        ) : (
          'Open the link in our letter to confirm your address; you can rent after that.'
        )}
      </PageHeader>
      {member && <SendAgain />}
      {isLocalMode() && (
        <p className="mt-5">
          This broker runs on your own machine, so the letter is in{' '}
          <Link href="/mailbox" className="link">
            the mailbox
          </Link>
          .
        </p>
      )}
    </>
  );
}

/** A button, because programs that check mail open links by themselves. */
function Confirmation({ token }: { token: string }) {
  return (
    <>
      <PageHeader title="Confirm your address">One click, and the address is yours here.</PageHeader>
      <ActionForm action={verifyAction} label="Confirm your address">
        <input type="hidden" name="token" value={token} />
        <SubmitButton>Confirm</SubmitButton>
      </ActionForm>
    </>
  );
}

function SendAgain() {
  return (
    <ActionForm action={resendAction} doneText="A new letter is on its way." label="Send the letter again">
      <SubmitButton variant="secondary">Send the letter again</SubmitButton>
    </ActionForm>
  );
}
