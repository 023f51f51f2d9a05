/** Who may use a page or an endpoint: everybody, members, admins, agents with their token, or this machine alone. */
export type Who = 'visitor' | 'member' | 'admin' | 'agent' | 'local';

/** Every page and endpoint there is, and who may use it. Whose things they show is decided by their queries. */
export const access: Record<string, Who> = {
  '(admin)/admin/audit/page.tsx': 'admin',
  '(admin)/admin/devices/page.tsx': 'admin',
  '(admin)/admin/ledger/page.tsx': 'admin',
  '(admin)/admin/money/page.tsx': 'admin',
  '(admin)/admin/money/reconciliations/page.tsx': 'admin',
  '(admin)/admin/money/unapplied/page.tsx': 'admin',
  '(admin)/admin/money/webhooks/[eventId]/page.tsx': 'admin',
  '(admin)/admin/money/webhooks/page.tsx': 'admin',
  '(admin)/admin/page.tsx': 'admin',
  '(admin)/admin/payouts/batches/[batchId]/file/route.ts': 'admin',
  '(admin)/admin/payouts/page.tsx': 'admin',
  '(admin)/admin/refunds/page.tsx': 'admin',
  '(admin)/admin/rentals/[rentalId]/page.tsx': 'admin',
  '(admin)/admin/rentals/page.tsx': 'admin',
  '(admin)/admin/settings/page.tsx': 'admin',
  '(admin)/admin/users/[userId]/page.tsx': 'admin',
  '(admin)/admin/users/[userId]/papers/page.tsx': 'admin',
  '(admin)/admin/users/page.tsx': 'admin',
  '(auth)/confirm/page.tsx': 'member',
  '(auth)/forgot/page.tsx': 'visitor',
  '(auth)/reset/page.tsx': 'visitor',
  '(auth)/sign-in/page.tsx': 'visitor',
  '(auth)/sign-up/page.tsx': 'visitor',
  '(auth)/verify/page.tsx': 'visitor',
  '(market)/devices/[deviceId]/page.tsx': 'visitor',
  '(market)/page.tsx': 'visitor',
  '(member)/my/devices/[deviceId]/page.tsx': 'member',
  '(member)/my/devices/new/page.tsx': 'member',
  '(member)/my/devices/page.tsx': 'member',
  '(member)/my/payouts/page.tsx': 'member',
  '(member)/my/payouts/return/route.ts': 'member',
  '(member)/rentals/[rentalId]/page.tsx': 'member',
  '(member)/rentals/[rentalId]/proofs.csv/route.ts': 'member',
  '(member)/rentals/page.tsx': 'member',
  '(member)/settings/page.tsx': 'member',
  '(member)/wallet/page.tsx': 'member',
  '(member)/wallet/top-ups/[topUpId]/page.tsx': 'member',
  '(member)/wallet/top-ups/page.tsx': 'member',
  '(member)/wallet/papers/[paperId]/page.tsx': 'member',
  '(member)/wallet/papers/[paperId]/paper.csv/route.ts': 'member',
  '(member)/wallet/papers/[paperId]/paper.pdf/route.ts': 'member',
  '(member)/wallet/papers/page.tsx': 'member',
  '(member)/wallet/automatic/page.tsx': 'member',
  'api/payments/[provider]/webhook/route.ts': 'visitor',
  'api/agent/v1/poll/route.ts': 'agent',
  'api/agent/v1/register/route.ts': 'agent',
  'api/auth/[...nextauth]/route.ts': 'visitor',
  'api/csp-report/route.ts': 'visitor',
  'api/health/route.ts': 'visitor',
  'api/live/route.ts': 'visitor',
  'contract/page.tsx': 'visitor',
  'images/[file]/route.ts': 'visitor',
  'install.sh/route.ts': 'visitor',
  'mailbox/page.tsx': 'local',
};

/** The address that leads to one of our files, with `id` in every place of an id. */
export function addressOf(file: string, id: string): string {
  const parts = file.split('/').slice(0, -1);
  return `/${parts
    .filter((part) => !part.startsWith('('))
    .map((part) => part.replace(/^\[.*\]$/, id))
    .join('/')}`;
}
