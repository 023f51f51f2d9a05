import NextLink from 'next/link';
import type { ComponentProps } from 'react';

/**
 * A link to another of our pages, asked for when somebody follows it and not before: pages are made for the one who
 * asks, so nothing of one fetched ahead may be kept, and a live page would fetch all of its links again at each change.
 */
export function Link(props: ComponentProps<typeof NextLink>) {
  return <NextLink prefetch={false} {...props} />;
}
