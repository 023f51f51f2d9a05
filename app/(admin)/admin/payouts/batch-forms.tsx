import { ActionForm } from '#components/ui/action-form';
import { buttonLook } from '#components/ui/button';
import { Confirm } from '#components/ui/dialog';
import { TextField } from '#components/ui/field';
import { SubmitButton } from '#components/ui/submit-button';
import type { BatchLine } from '#lib/payouts/desk';
import { abandonBatchAction, announceBatchAction, signBatchAction } from './actions.ts';

/** The way of a batch to where the key is, and back. */
export function Sign({ batch }: { batch: BatchLine }) {
  return (
    <div className="grid gap-4 rounded-md border border-line bg-sunken p-4">
      <p className="text-sm wrap-anywhere">
        Download <span className="figure">{batch.fileName}</span>, sign it where the key is, and bring it back here.
      </p>
      <div className="flex flex-wrap gap-2">
        <a href={`/admin/payouts/batches/${batch.id}/file`} download className={buttonLook({ size: 'small' })}>
          Download the file
        </a>
        <Confirm
          trigger="Give it up"
          size="small"
          title="Give this batch up?"
          confirm="Give it up"
          action={abandonBatchAction}
          values={{ batchId: batch.id }}
        >
          Its payouts wait for another batch. Do this only when nobody has signed it: whoever has signed it can send it,
          and owners would be paid twice.
        </Confirm>
      </div>
      <ActionForm action={signBatchAction} label="Signed batch" className="grid gap-3">
        <input type="hidden" name="batchId" value={batch.id} />
        <TextField
          name="file"
          type="file"
          label="The signed file"
          hint="It is sent only when it pays exactly what stands here."
          required
        />
        <div>
          <SubmitButton size="small">Check and send it</SubmitButton>
        </div>
      </ActionForm>
    </div>
  );
}

/** Hands a signed batch to the network once more, and looks where it stands. */
export function Announce({ batch }: { batch: BatchLine }) {
  return (
    <ActionForm action={announceBatchAction} label="Announce the batch again">
      <input type="hidden" name="batchId" value={batch.id} />
      <p className="text-sm text-ink-soft">
        It cannot be given up any more: the network has seen it, and could carry it out at any time.
      </p>
      <div>
        <SubmitButton variant="secondary" size="small">
          Look again, and send it again where it is missing
        </SubmitButton>
      </div>
    </ActionForm>
  );
}
