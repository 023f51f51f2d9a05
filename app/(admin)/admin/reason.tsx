import { TextField } from '#components/ui/field';

/** Why an admin does something; kept in the audit log. */
export function Reason({ hint = 'Kept in the audit log.' }: { hint?: string }) {
  return <TextField name="reason" label="Reason" hint={hint} autoComplete="off" required />;
}
