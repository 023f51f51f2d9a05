import { Card } from '#components/ui/card';
import { Link } from '#components/ui/link';
import { contract } from '#lib/contracts/agreement';

/** The contract in a few sentences; the words that count are a link away. */
export function ContractCard() {
  return (
    <Card title={`Contract, version ${contract.version}`}>
      <ul className="grid list-disc gap-1.5 pl-4 text-ink-soft marker:text-ink-faint">
        <li>You pay for proven time only; a gap of more than 30 seconds is free.</li>
        <li>Stop at any moment. The owner may end it at any moment too.</li>
        <li>When it ends, your disk is destroyed. Nothing is backed up.</li>
        <li>The owner has the device in hand: keep no secrets on it.</li>
        <li>No spam, scanning, proxies or mining.</li>
      </ul>
      <p className="mt-4">
        <Link href={`/contract?hash=${contract.hash}`} className="link">
          Read the whole contract
        </Link>
      </p>
      <p className="mt-1 text-xs text-ink-faint">
        Fingerprint <code className="break-all">{contract.hash.slice(0, 16)}…</code>
      </p>
    </Card>
  );
}
