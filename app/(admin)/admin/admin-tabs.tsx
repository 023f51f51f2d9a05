'use client';

import { usePathname } from 'next/navigation';
import { Tabs } from '#components/ui/tabs';

const pages = {
  '/admin': 'Overview',
  '/admin/users': 'Users',
  '/admin/devices': 'Devices',
  '/admin/rentals': 'Rentals',
  '/admin/money': 'Money',
  '/admin/payouts': 'Payouts',
  '/admin/refunds': 'Refunds',
  '/admin/ledger': 'Ledger',
  '/admin/audit': 'Audit log',
  '/admin/settings': 'Settings',
};

/** The ways between the pages of admins. */
export function AdminTabs() {
  const path = usePathname();
  const isHere = (href: string) => path === href || (href !== '/admin' && path.startsWith(`${href}/`));
  const tabs = Object.entries(pages).map(([href, label]) => ({ href, label, current: isHere(href) }));
  return <Tabs label="Admin" tabs={tabs} />;
}
