import { ButtonLink } from '#components/ui/button';
import { Notice } from '#components/ui/notice';

/** Stands where a form would be that needs the password given within ten minutes. */
export function ConfirmFirst({ children }: { children: string }) {
  return (
    <Notice
      actions={
        <ButtonLink size="small" href="/confirm?next=/settings">
          Confirm that it is you
        </ButtonLink>
      }
    >
      {children}
    </Notice>
  );
}
