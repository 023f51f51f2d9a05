'use client';

import { Button } from '#components/ui/button';
import { EmptyState } from '#components/ui/empty-state';
import './globals.css';

export default function GlobalError({ retry }: { error: unknown; retry: () => void }) {
  return (
    <html lang="en">
      <body>
        <title>Something went wrong · rpibroker</title>
        <main className="mx-auto max-w-xl pt-24">
          <EmptyState
            isPage
            title="Something went wrong on our side"
            action={<Button onClick={retry}>Try again</Button>}
          >
            Nothing you own is lost: rentals and meters do not depend on this page.
          </EmptyState>
        </main>
      </body>
    </html>
  );
}
