import { CircleUserRound, Menu as Lines } from 'lucide-react';
import { NavLink } from './nav-link.tsx';
import { NavMenu } from './nav-menu.tsx';
import { ButtonLink } from './ui/button.tsx';
import { Link } from './ui/link.tsx';

type Props = { member: { name: string; email: string; isAdmin: boolean } | null; signOut: () => Promise<void> };

/** The head of every page: where one can go, and who one is. */
export function Nav({ member, signOut }: Props) {
  const places = placesFor(member);
  return (
    <header className="sticky top-0 z-30 border-b border-line bg-canvas">
      <div className="mx-auto flex h-14 max-w-6xl items-center gap-2 px-4 sm:px-6">
        <Link href="/" className="mr-3 flex items-center gap-2 font-semibold tracking-tight">
          <Mark />
          rpibroker
        </Link>
        <nav aria-label="Main" className="hidden gap-0.5 md:flex">
          {places.map(({ href, label }) => (
            <NavLink key={href} href={href}>
              {label}
            </NavLink>
          ))}
        </nav>
        <div className="ml-auto flex items-center gap-1">
          {member ? <Account member={member} signOut={signOut} /> : <SignedOut />}
          <NavMenu
            label="Menu"
            trigger={<Lines aria-hidden="true" className="size-4.5" />}
            links={member ? places : [...places, { href: '/sign-up', label: 'Sign up' }]}
            className="md:hidden"
          />
        </div>
      </div>
    </header>
  );
}

function placesFor(member: Props['member']) {
  const market = { href: '/', label: 'Market' };
  if (!member) return [market, { href: '/contract', label: 'Contract' }];
  return [
    market,
    { href: '/rentals', label: 'Rentals' },
    { href: '/my/devices', label: 'My devices' },
    { href: '/wallet', label: 'Wallet' },
    ...(member.isAdmin ? [{ href: '/admin', label: 'Admin' }] : []),
  ];
}

function Account({ member, signOut }: Props & { member: NonNullable<Props['member']> }) {
  const head = (
    <>
      <p className="font-medium break-words">{member.name}</p>
      <p className="max-w-64 truncate text-sm text-ink-soft">{member.email}</p>
    </>
  );
  return (
    <NavMenu
      label={`Account of ${member.name}`}
      trigger={<CircleUserRound aria-hidden="true" className="size-4.5" />}
      head={head}
      links={[{ href: '/settings', label: 'Settings' }]}
      signOut={signOut}
    />
  );
}

function SignedOut() {
  return (
    <>
      <ButtonLink href="/sign-in" variant="quiet">
        Sign in
      </ButtonLink>
      <ButtonLink href="/sign-up" variant="primary" className="max-sm:hidden">
        Sign up
      </ButtonLink>
    </>
  );
}

/** The sign of the house: a board with its pins, and the one that is lit. */
function Mark() {
  return (
    <svg viewBox="0 0 20 20" aria-hidden="true" className="size-5">
      <rect x="1" y="1" width="18" height="18" rx="4.5" className="fill-ink" />
      <g className="fill-canvas">
        <circle cx="6" cy="6" r="1.4" />
        <circle cx="10" cy="6" r="1.4" />
        <circle cx="14" cy="6" r="1.4" />
        <circle cx="6" cy="10" r="1.4" />
      </g>
      <rect x="9" y="9" width="6.5" height="6.5" rx="1.5" className="fill-accent" />
    </svg>
  );
}
