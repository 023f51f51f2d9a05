import { TextField } from '#components/ui/field';

/** Why an admin does something; kept in the audit log. */
export function Reason() {
  return <TextField name="reason" label="Reason" hint="Kept in the audit log." autoComplete="off" required />;
}
