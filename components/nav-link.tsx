'use client';

import { useLinkStatus } from 'next/link';
import { usePathname } from 'next/navigation';
import type { ReactNode } from 'react';
import { Link } from './ui/link.tsx';

/** What lies under a place of the navigation without beginning with its path. */
const alsoUnder: Record<string, string> = { '/': '/devices', '/wallet': '/my/payouts' };

/** A link of the main navigation that knows whether one is there. */
export function NavLink({ href, children }: { href: string; children: ReactNode }) {
  const path = usePathname();
  const here = [href, alsoUnder[href]].some((place) => place && (path === place || path.startsWith(`${place}/`)));
  return (
    <Link
      href={href}
      aria-current={here ? 'page' : undefined}
      className="rounded-md px-2.5 py-1.5 whitespace-nowrap text-ink-soft transition-colors hover:text-ink aria-[current=page]:bg-sunken aria-[current=page]:text-ink"
    >
      <Pending>{children}</Pending>
    </Link>
  );
}

/** Pulses while the page behind the link is awaited. */
function Pending({ children }: { children: ReactNode }) {
  const { pending } = useLinkStatus();
  return <span className={pending ? 'animate-pulse' : ''}>{children}</span>;
}
