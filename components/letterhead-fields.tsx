import { TextArea, TextField } from './ui/field.tsx';

/** The fields of whom a paper is from or to. */
export function LetterheadFields({ kept }: { kept: { name: string; address: string; taxId: string } }) {
  return (
    <>
      <TextField name="name" label="Name on papers" defaultValue={kept.name} autoComplete="organization" required />
      <TextArea
        name="address"
        label="Address"
        hint="As many lines as it has, up to eight."
        defaultValue={kept.address}
        autoComplete="street-address"
      />
      <TextField
        name="taxId"
        label="Tax id"
        hint="If you have one."
        defaultValue={kept.taxId}
        autoComplete="off"
        mono
      />
    </>
  );
}
