import { Money } from '#components/money';
import { Timestamp } from '#components/timestamp';
import { Card } from '#components/ui/card';
import { Fact, Facts } from '#components/ui/facts';
import type { OwnerFunds } from '#lib/payouts/queries';

/** When what was earned becomes available. */
export function Maturing({ funds: { maturing, unattributed } }: { funds: OwnerFunds }) {
  if (maturing.length === 0 && unattributed === 0n) return null;
  return (
    <Card title="What becomes available" hint="Renters’ payments can be contested for a while; until then we keep it.">
      <Facts>
        {maturing.map(({ maturesAt, amount, contested }) => (
          <Fact
            key={`${maturesAt.getTime()} ${contested}`}
            label={<Timestamp at={maturesAt} part="date" />}
            hint={contested && 'contested: waits for the bank’s decision'}
          >
            <Money amount={amount} exact />
          </Fact>
        ))}
        {unattributed !== 0n && (
          <Fact label="Just earned" hint="gets its date within the hour">
            <Money amount={unattributed} exact />
          </Fact>
        )}
      </Facts>
    </Card>
  );
}
