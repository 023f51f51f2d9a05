'use client';

import { Menu } from '@base-ui/react/menu';
import type { ReactNode } from 'react';
import { buttonLook } from './ui/button.tsx';
import { Link } from './ui/link.tsx';

type Props = {
  label: string;
  trigger: ReactNode;
  /** Stands above the links: who is signed in. */
  head?: ReactNode;
  links: { href: string; label: string }[];
  signOut?: () => Promise<void>;
  className?: string;
};

const item = 'flex h-9 w-full items-center rounded-sm px-2.5 text-left outline-none data-highlighted:bg-sunken';

/** A button of the header that opens a list of places to go. */
export function NavMenu({ label, trigger, head, links, signOut, className = '' }: Props) {
  return (
    <Menu.Root>
      <Menu.Trigger
        aria-label={label}
        className={buttonLook({ variant: 'quiet' }, `!px-2 hover:bg-sunken ${className}`)}
      >
        {trigger}
      </Menu.Trigger>
      <Menu.Portal>
        <Menu.Positioner align="end" sideOffset={6} className="z-40 outline-none">
          <Menu.Popup className="min-w-56 rounded-lg border border-line bg-surface p-1 shadow-pop outline-none">
            {head && <div className="mb-1 border-b border-line px-2.5 pt-1.5 pb-2.5">{head}</div>}
            {links.map(({ href, label: text }) => (
              <Menu.LinkItem key={href} closeOnClick render={<Link href={href} />} className={item}>
                {text}
              </Menu.LinkItem>
            ))}
            {signOut && (
              <Menu.Item onClick={() => signOut()} className={`${item} mt-1 border-t border-line`}>
                Sign out
              </Menu.Item>
            )}
          </Menu.Popup>
        </Menu.Positioner>
      </Menu.Portal>
    </Menu.Root>
  );
}
