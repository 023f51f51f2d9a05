import type { Metadata } from 'next';
import { ButtonLink } from '#components/ui/button';
import { EmptyState } from '#components/ui/empty-state';

export const metadata: Metadata = { title: 'Not found' };

export default function NotFound() {
  return (
    <EmptyState isPage title="There is nothing here" action={<ButtonLink href="/">Go to the market</ButtonLink>}>
      The address is wrong, or what it showed is gone, or it belongs to somebody else.
    </EmptyState>
  );
}
