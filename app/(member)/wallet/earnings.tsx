import { Money } from '#components/money';
import { ButtonLink } from '#components/ui/button';
import { Card } from '#components/ui/card';
import { Fact, Facts } from '#components/ui/facts';
import { Link } from '#components/ui/link';
import type { DayEarnings } from '#lib/ledger/balances';

/** What an owner's devices have brought in, after the broker's fee. */
export function Earnings({ pending, days }: { pending: bigint; days: DayEarnings[] }) {
  if (days.length === 0) return null;
  return (
    <Card
      title="Earnings"
      hint="After the broker’s fee, still pending"
      actions={
        <ButtonLink size="small" href="/my/payouts">
          Payouts
        </ButtonLink>
      }
    >
      <p className="text-lg font-medium">
        <Money amount={pending} />
      </p>
      <Facts className="mt-4 border-t border-line pt-3">
        {days.slice(0, 10).map(({ day, deviceId, deviceName, earned }) => (
          <Fact
            key={`${day} ${deviceId}`}
            label={
              <Link href={`/my/devices/${deviceId}`} className="hover:text-ink">
                {deviceName}
              </Link>
            }
            hint={`${day}, UTC`}
          >
            <Money amount={earned} exact />
          </Fact>
        ))}
      </Facts>
    </Card>
  );
}
