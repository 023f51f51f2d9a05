import { ClockZone } from './timestamp.tsx';
import { Link } from './ui/link.tsx';

/** The foot of every page. */
export function Footer() {
  return (
    <footer className="mt-20 border-t border-line">
      <div className="mx-auto flex max-w-6xl flex-wrap justify-between gap-x-6 gap-y-1 px-4 py-6 text-sm text-ink-faint sm:px-6">
        <p>Billed only for time in which the machine was proven to answer.</p>
        <p className="ml-auto max-sm:ml-0">
          Times in <ClockZone />
        </p>
        <Link href="/contract" className="hover:text-ink">
          Rental contract
        </Link>
      </div>
    </footer>
  );
}
