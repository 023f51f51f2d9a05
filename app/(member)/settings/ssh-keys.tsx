import { Timestamp } from '#components/timestamp';
import { ActionForm } from '#components/ui/action-form';
import { Card } from '#components/ui/card';
import { Confirm } from '#components/ui/dialog';
import { TextArea, TextField } from '#components/ui/field';
import { SubmitButton } from '#components/ui/submit-button';
import type { listSshKeys } from '#lib/ssh-keys/queries';
import { addSshKeyAction, removeSshKeyAction } from './actions.ts';
import { ConfirmFirst } from './confirm-first.tsx';

type Key = Awaited<ReturnType<typeof listSshKeys>>[number];

/** The public keys that the member's environments let in. */
export function SshKeys({ keys, fresh }: { keys: Key[]; fresh: boolean }) {
  return (
    <Card title="SSH keys" hint="Rentals that begin from now on let these in, beside their password." flush>
      {keys.length > 0 && (
        <ul className="divide-y divide-line border-b border-line">
          {keys.map((key) => (
            <Row key={key.id} kept={key} fresh={fresh} />
          ))}
        </ul>
      )}
      <div className="p-5">
        {fresh ? <AddKey /> : <ConfirmFirst>To add or remove a key, give your password.</ConfirmFirst>}
      </div>
    </Card>
  );
}

function Row({ kept: { id, name, fingerprint, createdAt }, fresh }: { kept: Key; fresh: boolean }) {
  return (
    <li className="flex flex-wrap items-center justify-between gap-x-6 gap-y-2 px-5 py-3">
      <div className="min-w-0">
        <p className="break-words">{name}</p>
        <p className="text-sm text-ink-soft">
          <span className="figure break-all">{fingerprint}</span> · added <Timestamp at={createdAt} part="date" />
        </p>
      </div>
      {fresh && (
        <Confirm
          trigger="Remove"
          size="small"
          title={`Remove ${name}?`}
          confirm="Remove the key"
          action={removeSshKeyAction}
          values={{ keyId: id }}
        >
          Environments that run now keep it. Your other sessions end, and we write to you.
        </Confirm>
      )}
    </li>
  );
}

function AddKey() {
  return (
    <ActionForm action={addSshKeyAction} doneText="Added." resetWhenDone label="Add an SSH key">
      <TextField name="name" label="Name" hint="Left empty: the comment inside the key." />
      <TextArea
        name="publicKey"
        label="Public key"
        mono
        rows={3}
        spellCheck={false}
        placeholder="ssh-ed25519 AAAA… you@laptop"
        required
      />
      <div>
        <SubmitButton variant="secondary">Add key</SubmitButton>
      </div>
    </ActionForm>
  );
}
