'use client';

import { useEffect, useState } from 'react';
import { ActionForm } from '#components/ui/action-form';
import { CheckboxField, TextField } from '#components/ui/field';
import { SubmitButton } from '#components/ui/submit-button';
import { formatMoney, parseMoney } from '#lib/money';
import { beginTopUpAction, estimateFees } from './actions.ts';
import type { Fees, Offer } from './offers.ts';

type Props = { offers: Offer[]; feesOfPresets: Record<string, Fees> };

/** Chooses how much and by what; what a payment company keeps is said before anything is paid. */
export function TopUpForm({ offers, feesOfPresets }: Props) {
  const [preset, choosePreset] = useState('20');
  const [other, typeOther] = useState('');
  const typed = preset === 'other' ? other : preset;
  const asked = useFees(preset === 'other' ? other : '');
  const amount = parseMoney(typed);
  const fees = feesOfPresets[typed] ?? asked;

  return (
    <ActionForm action={beginTopUpAction} label="Add funds">
      <fieldset className="group/amount grid gap-2">
        <legend className="mb-1.5 text-sm font-medium">Amount</legend>
        <div className="grid grid-cols-4 gap-1.5">
          {[...Object.keys(feesOfPresets), 'other'].map((value) => (
            <Choice key={value} value={value} chosen={value === preset} choose={choosePreset} />
          ))}
        </div>
        <TextField
          name="other"
          label="Another amount"
          before="$"
          inputMode="decimal"
          autoComplete="off"
          mono
          value={other}
          onChange={(event) => typeOther(event.target.value)}
          className="hidden group-has-[[value=other]:checked]/amount:grid"
        />
      </fieldset>
      <fieldset className="grid gap-2">
        <legend className="mb-1.5 text-sm font-medium">Pay by</legend>
        {offers.map((offer, index) => (
          <Way key={offer.id} offer={offer} amount={amount} fee={fees[offer.id]} isFirst={index === 0} />
        ))}
      </fieldset>
      <SubmitButton>Continue{amount !== null && amount > 0n && ` with ${formatMoney(amount)}`}</SubmitButton>
    </ActionForm>
  );
}

function Choice({ value, chosen, choose }: { value: string; chosen: boolean; choose: (value: string) => void }) {
  return (
    <label className="flex h-9 cursor-pointer items-center justify-center rounded-md border border-line-strong text-center transition-colors hover:bg-sunken has-checked:border-accent has-checked:bg-accent-soft has-checked:text-accent has-focus-visible:outline-2 has-focus-visible:outline-offset-2 has-focus-visible:outline-accent">
      <input
        type="radio"
        name="amount"
        value={value}
        checked={chosen}
        onChange={() => choose(value)}
        className="sr-only"
      />
      {value === 'other' ? 'Other' : <span className="figure">${value}</span>}
    </label>
  );
}

type WayProps = { offer: Offer; amount: bigint | null; fee: bigint | undefined; isFirst: boolean };

function Way({ offer, amount, fee, isFirst }: WayProps) {
  const { id, name, least, savesMethod } = offer;
  return (
    <div className="group rounded-md border border-line-strong px-3.5 py-2.5 has-checked:border-accent">
      <label className="flex cursor-pointer items-baseline gap-2.5">
        <input
          type="radio"
          name="provider"
          value={id}
          defaultChecked={isFirst}
          className="size-4 translate-y-0.5 accent-accent"
        />
        <span className="min-w-0 flex-1 font-medium">{name}</span>
        <span className="text-sm whitespace-nowrap text-ink-faint">from {formatMoney(least).replace(/\.00$/, '')}</span>
      </label>
      <div className="mt-1.5 hidden gap-3 pl-6.5 group-has-[input[type=radio]:checked]:grid">
        <p className="text-sm text-ink-soft">{wordsOf(offer, amount, fee)}</p>
        {savesMethod && (
          <CheckboxField
            name={`save-${id}`}
            label="Save for automatic top-ups"
            hint="You set these up afterwards, with a limit."
          />
        )}
      </div>
    </div>
  );
}

/** What it costs, as far as anybody can know it before. */
function wordsOf({ least, isChain }: Offer, amount: bigint | null, fee: bigint | undefined) {
  if (amount !== null && amount < least) return `Takes ${formatMoney(least)} or more.`;
  if (isChain)
    return 'The price is locked for 15 minutes. You pay the network’s own fee; whatever arrives is credited.';
  if (amount === null || fee === undefined) return 'Your wallet gets the full amount.';
  if (fee === 0n) return `Your wallet gets the full ${formatMoney(amount)}.`;
  return `About ${formatMoney(fee)} of it goes to the payment company, at our cost: your wallet gets the full ${formatMoney(amount)}.`;
}

const patienceMs = 250;

/** What the providers would keep of an amount that is being typed. */
function useFees(typed: string): Fees {
  const [answer, setAnswer] = useState<{ typed: string; fees: Fees }>({ typed: '', fees: {} });
  useEffect(() => {
    if (parseMoney(typed) === null) return;
    const timer = setTimeout(async () => {
      const fees = await estimateFees(typed);
      if (!('message' in fees)) setAnswer({ typed, fees });
    }, patienceMs);
    return () => clearTimeout(timer);
  }, [typed]);
  return answer.typed === typed ? answer.fees : {};
}
