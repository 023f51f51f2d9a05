'use client';

import { Link } from './link.tsx';

type Tab = { href: string; label: string; current: boolean };

/** Brings the page that one is on into sight, where the row is longer than the screen is wide. */
function show(here: HTMLElement | null) {
  const row = here?.closest('nav');
  if (here && row) row.scrollLeft = here.offsetLeft - (row.clientWidth - here.offsetWidth) / 2;
}

/** Links between pages that belong together. */
export function Tabs({ label, tabs }: { label: string; tabs: Tab[] }) {
  return (
    <nav aria-label={label} className="relative mb-7 overflow-x-auto border-b border-line">
      <ul className="flex gap-5">
        {tabs.map((tab) => (
          <li key={tab.href}>
            <Link
              href={tab.href}
              ref={tab.current ? show : null}
              aria-current={tab.current ? 'page' : undefined}
              className="-mb-px block border-b-2 border-transparent py-2 whitespace-nowrap text-ink-soft hover:text-ink aria-[current=page]:border-accent aria-[current=page]:text-ink"
            >
              {tab.label}
            </Link>
          </li>
        ))}
      </ul>
    </nav>
  );
}
