import { formatDuration } from '#components/duration';
import { Money, monthly } from '#components/money';
import { ActionForm } from '#components/ui/action-form';
import { ButtonLink } from '#components/ui/button';
import { Card } from '#components/ui/card';
import { Fact, Facts } from '#components/ui/facts';
import { Link } from '#components/ui/link';
import { Notice } from '#components/ui/notice';
import { SubmitButton } from '#components/ui/submit-button';
import { databaseTime } from '#lib/clock';
import { contract } from '#lib/contracts/agreement';
import type { Listing } from '#lib/devices/queries';
import { getWallet, type Wallet } from '#lib/ledger/balances';
import { runwaySecondsOf } from '#lib/metering/meter';
import { formatMoney, roundToCents } from '#lib/money';
import type { Member } from '#lib/web/session';
import { rentAction } from './actions.ts';

/** The price, what it means for this person's wallet, and the button that rents. */
export async function RentCard({ device, member }: { device: Listing; member: Member | null }) {
  const wallet = member && (await getWallet(member.id, databaseTime()));
  return (
    <Card className="max-lg:order-first">
      <p className="text-xl font-semibold tracking-tight">
        <Money amount={device.rate} per="h" />
      </p>
      <p className="mb-5 text-ink-soft">
        ≈ <Money amount={roundToCents(monthly(device.rate))} per="month" /> if it never stops
      </p>
      <Facts className="mb-5 border-y border-line py-2.5">
        <Fact label="Set aside" hint="one hour, yours again at the end">
          <Money amount={device.rate} />
        </Fact>
        {wallet && <FreeFunds wallet={wallet} rate={device.rate} />}
      </Facts>
      <Choice device={device} member={member} wallet={wallet} />
    </Card>
  );
}

function FreeFunds({ wallet, rate }: { wallet: Wallet; rate: bigint }) {
  const lasting = formatDuration((runwaySecondsOf(wallet.free, rate) ?? 0) * 1000);
  return (
    <Fact label="Free in your wallet" hint={wallet.free >= rate && `lasts ${lasting} of this`}>
      <Money amount={wallet.free} />
    </Fact>
  );
}

function Choice({ device, member, wallet }: { device: Listing; member: Member | null; wallet: Wallet | null }) {
  if (!device.onMarket) return <Away device={device} />;
  if (!member || !wallet) {
    return (
      <ButtonLink href={`/sign-in?next=/devices/${device.id}`} variant="primary" size="large" className="w-full">
        Sign in to rent
      </ButtonLink>
    );
  }
  if (!member.emailVerified) return <Unverified />;
  if (wallet.free < device.rate) return <TooLittle rate={device.rate} />;
  return (
    <ActionForm action={rentAction} label="Rent this device" className="grid gap-4">
      <input type="hidden" name="deviceId" value={device.id} />
      <input type="hidden" name="contractHash" value={contract.hash} />
      <input type="hidden" name="rate" value={String(device.rate)} />
      <SubmitButton className="h-auto! min-h-11 w-full py-2.5 whitespace-normal!">
        Agree to contract v{contract.version} and rent for {formatMoney(device.rate)}/h
      </SubmitButton>
    </ActionForm>
  );
}

function Away({ device }: { device: Listing }) {
  const reasons: Partial<Record<Listing['state'], string>> = {
    rented: 'Somebody rents it now. It returns to the market when that rental ends.',
    wiping: 'It is being wiped after a rental and returns within seconds.',
    verifying: 'It is being measured again and returns within minutes.',
    ready: device.cutOff
      ? 'The relay that leads to it does not answer. This page changes by itself when it returns.'
      : 'It is offline. This page changes by itself when it returns.',
  };
  return <Notice title="Not for rent just now">{reasons[device.state]}</Notice>;
}

function Unverified() {
  return (
    <Notice tone="warn" title="Your e-mail address is not confirmed">
      You can rent as soon as it is.{' '}
      <Link href="/verify" className="link">
        Confirm it
      </Link>
    </Notice>
  );
}

function TooLittle({ rate }: { rate: bigint }) {
  return (
    <Notice tone="warn" title="Your wallet has too little">
      One hour, <Money amount={rate} />, must be free before you can rent.{' '}
      <Link href="/wallet" className="link">
        Add funds
      </Link>
    </Notice>
  );
}
