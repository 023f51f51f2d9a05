import { QrCode } from '#components/qr-code';
import { Countdown } from '#components/ticking';
import { buttonLook } from '#components/ui/button';
import { Card } from '#components/ui/card';
import { CopyButton } from '#components/ui/copy-button';
import { Notice } from '#components/ui/notice';
import { formatMoney } from '#lib/money';
import type { Chain } from '#lib/payments/chain';
import type { TopUpAction } from '#lib/payments/provider';
import type { TopUpView } from '#lib/top-ups/queries';

type Props = { topUp: TopUpView; chain: Chain; action: TopUpAction & { kind: 'address' }; now: Date };

/** Where to send coins, which ones, how many, until when, and what comes of other amounts. */
export function PayToAddress({ topUp, chain, action, now }: Props) {
  const { name, currency } = chain;
  const { uri, address, amount } = action;
  return (
    <Card title={`Pay ${formatMoney(topUp.amount)}`}>
      <div className="grid gap-x-8 gap-y-6 sm:grid-cols-[13rem_minmax(0,1fr)]">
        <div className="grid content-start justify-items-center gap-3">
          <QrCode text={uri} label={`A code for wallet apps: ${amount} ${currency} to the address beside it`} />
          <a href={uri} className={buttonLook({}, 'w-full max-w-52')}>
            Open in a wallet app
          </a>
        </div>
        <div className="grid content-start gap-5">
          <Notice tone="warn" title={`Send ${name} only`}>
            Another coin, or {currency} on another network, does not arrive and cannot be brought back.
          </Notice>
          <Line label="Amount" text={amount} copyLabel="Copy the amount">
            {amount} <span className="text-ink-soft">{currency}</span>
          </Line>
          <Line label="Address" text={address} copyLabel="Copy the address">
            {address}
          </Line>
          <Price topUp={topUp} now={now} />
        </div>
      </div>
    </Card>
  );
}

type LineProps = { label: string; text: string; copyLabel: string; children: React.ReactNode };

function Line({ label, text, copyLabel, children }: LineProps) {
  return (
    <div>
      <p className="text-sm text-ink-soft">{label}</p>
      <div className="flex items-start gap-2">
        <p className="figure min-w-0 py-0.5 text-lg font-medium break-all">{children}</p>
        <CopyButton text={text} label={copyLabel} />
      </div>
    </div>
  );
}

/** For how long the price holds, and what becomes of money that does not fit it. */
function Price({ topUp, now }: { topUp: TopUpView; now: Date }) {
  const { amount, quotedUntil } = topUp;
  const holds = quotedUntil !== null && quotedUntil > now;
  return (
    <div className="text-ink-soft">
      <p aria-live="off" className="text-ink">
        {holds ? (
          <>
            This price for {formatMoney(amount)} holds for another <Countdown until={quotedUntil} now={now} />.
          </>
        ) : (
          'The locked price has run out. What you send now is credited at the price of the moment it is settled.'
        )}
      </p>
      <ul className="mt-2 grid list-disc gap-1 pl-5">
        <li>More or less than the amount is credited for what it is worth.</li>
        {holds && <li>What comes late is credited at the price of the moment it is settled.</li>}
        <li>The address is yours alone and stays good; you can close this page.</li>
      </ul>
    </div>
  );
}
