'use client';

import { useRouter } from 'next/navigation';
import { useEffect } from 'react';

/** Renders the page's server components anew whenever the broker says that what it shows has changed. */
export function Live({ topic }: { topic: string }) {
  const router = useRouter();

  useEffect(() => {
    const refresh = coalesced(() => router.refresh(), 100);
    return listen(`/api/live?topic=${encodeURIComponent(topic)}`, refresh);
  }, [topic, router]);

  return null;
}

/**
 * Listens while the page can be seen: browsers allow few open connections to one broker, and tabs in the background
 * would use them up. Whenever listening begins again, something may have been missed.
 */
function listen(url: string, onChange: () => void): () => void {
  let source: EventSource | null = null;
  let retry: ReturnType<typeof setTimeout> | undefined;

  function open(missed: boolean) {
    source = new EventSource(url);
    source.addEventListener('changed', onChange);
    // An answer that is no stream ends an EventSource for good; the page then shows why, and we try again.
    source.addEventListener('error', () => {
      if (source?.readyState !== EventSource.CLOSED) return;
      void isAway(url).then((away) => away || onChange());
      retry = setTimeout(open, 10_000, true);
    });
    source.addEventListener('open', onceLost(source, onChange, missed));
  }
  function close() {
    clearTimeout(retry);
    source?.close();
  }
  function follow() {
    close();
    if (!document.hidden) open(true);
  }

  if (!document.hidden) open(false);
  document.addEventListener('visibilitychange', follow);
  return () => {
    document.removeEventListener('visibilitychange', follow);
    close();
  };
}

/** Whether the broker cannot answer now: a page that shows how things were then is better than none. */
async function isAway(url: string): Promise<boolean> {
  const asking = new AbortController();
  const status = await fetch(url, { signal: asking.signal }).then(
    (answer) => answer.status,
    () => 503,
  );
  asking.abort();
  return status >= 500;
}

/** Calls `onReturn` when a connection opens that had been lost, or that follows one. */
function onceLost(source: EventSource, onReturn: () => void, follows: boolean): () => void {
  let lost = follows;
  source.addEventListener('error', () => {
    lost = true;
  });
  return () => {
    if (lost) onReturn();
    lost = false;
  };
}

/** Calls `work` at once, and for calls that follow within `milliseconds` once more at their end. */
function coalesced(work: () => void, milliseconds: number): () => void {
  let resting = false;
  let asked = false;
  return function call() {
    asked = resting;
    if (resting) return;
    resting = true;
    work();
    setTimeout(() => {
      resting = false;
      if (asked) call();
    }, milliseconds);
  };
}
