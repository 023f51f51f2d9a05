'use client';

import { Button } from '#components/ui/button';
import { EmptyState } from '#components/ui/empty-state';

export default function ErrorPage({ error, retry }: { error: Error & { digest?: string }; retry: () => void }) {
  return (
    <EmptyState isPage title="Something went wrong on our side" action={<Button onClick={retry}>Try again</Button>}>
      <p>Nothing you own is lost: rentals and meters do not depend on this page.</p>
      {error.digest && (
        <p className="mt-2">
          If you report it, mention <code>{error.digest}</code>.
        </p>
      )}
    </EmptyState>
  );
}
