import { ChevronDown } from 'lucide-react';
import { Timestamp } from '#components/timestamp';
import { ActionForm } from '#components/ui/action-form';
import { Badge } from '#components/ui/badge';
import { ButtonLink } from '#components/ui/button';
import { Card } from '#components/ui/card';
import { Confirm } from '#components/ui/dialog';
import { TextField } from '#components/ui/field';
import { Notice } from '#components/ui/notice';
import { SubmitButton } from '#components/ui/submit-button';
import { databaseTime } from '#lib/clock';
import type { PaymentProvider } from '#lib/payments/provider';
import { nameForOwners } from '#lib/payments/provider';
import type { Destination } from '#lib/payouts/queries';
import { DESTINATION_HOURS } from '#lib/payouts/terms';
import { beginOnboardingAction, chooseDestinationAction, removeDestinationAction } from './actions.ts';

type Props = { destination: Destination | null; houses: PaymentProvider[]; fresh: boolean };

/** Where an owner is paid, and how to change that. */
export function DestinationCard({ destination, houses, fresh }: Props) {
  const house = houses.find(({ id }) => id === destination?.provider);
  return (
    <Card title="Where you are paid">
      {destination && <Current destination={destination} by={house ? nameForOwners(house) : destination.provider} />}
      {houses.length === 0 && <p className="text-ink-soft">This broker cannot pay anybody yet. Ask its admin.</p>}
      {houses.length > 0 && !fresh && (
        <Notice
          actions={
            <ButtonLink size="small" href="/confirm?next=/my/payouts">
              Confirm that it is you
            </ButtonLink>
          }
        >
          To {destination ? 'change this' : 'choose'}, give your password.
        </Notice>
      )}
      {houses.length > 0 && fresh && <Choice houses={houses} destination={destination} />}
    </Card>
  );
}

function Current({ destination, by }: { destination: Destination; by: string }) {
  const waits = destination.usableAt > databaseTime();
  return (
    <div className="mb-4 border-b border-line pb-4">
      <div className="flex flex-wrap items-center justify-between gap-2">
        <p className="font-medium">{by}</p>
        {!destination.ready && <Badge tone="warn">Not finished</Badge>}
        {destination.ready && (waits ? <Badge tone="warn">New</Badge> : <Badge tone="good">In use</Badge>)}
      </div>
      <p className="figure mt-1 text-sm wrap-anywhere text-ink-soft">{destination.destination}</p>
      {!destination.ready && (
        <p className="mt-2 text-sm">
          {by} still wants: {destination.missing.join(', ') || 'some things about you'}. Begin there again to go on.
        </p>
      )}
      {waits && (
        <p className="mt-2 text-sm">
          Payouts to it wait until <Timestamp at={destination.usableAt} />.
        </p>
      )}
      <div className="mt-3">
        <Confirm
          trigger="Remove"
          size="small"
          title="Remove this destination?"
          confirm="Remove it"
          action={removeDestinationAction}
          values={{}}
        >
          Nothing is paid out until you choose another, which waits for {DESTINATION_HOURS} hours. Payouts that you
          asked for before still go here.
        </Confirm>
      </div>
    </div>
  );
}

function Choice({ houses, destination }: Omit<Props, 'fresh'>) {
  return (
    <>
      <p className="mb-4 text-sm text-ink-soft">
        A new destination takes the place of the old one at once. Payouts to it wait for {DESTINATION_HOURS} hours, and
        we write to you. Payouts that you asked for before go where they were to go.
      </p>
      <div className="grid gap-3">
        {houses.map((house) => (
          <details key={house.id} className="group rounded-md border border-line">
            <summary className="flex list-none items-center justify-between rounded-md px-4 py-2.5 font-medium hover:bg-sunken [&::-webkit-details-marker]:hidden">
              {nameForOwners(house)}
              <ChevronDown
                aria-hidden="true"
                className="size-4 text-ink-faint transition-transform group-open:rotate-180"
              />
            </summary>
            <div className="border-t border-line p-4">
              {house.capabilities.onboarding ? (
                <Onboarding house={house} begun={destination?.provider === house.id && !destination.ready} />
              ) : (
                <Typed house={house} />
              )}
            </div>
          </details>
        ))}
      </div>
    </>
  );
}

function Typed({ house }: { house: PaymentProvider }) {
  return (
    <ActionForm action={chooseDestinationAction} doneText="Saved. We have written to you." label={nameForOwners(house)}>
      <input type="hidden" name="provider" value={house.id} />
      <TextField
        name="typed"
        label={
          house.capabilities.payout === 'batch'
            ? `Your address on ${nameForOwners(house)}`
            : `Your account at ${nameForOwners(house)}`
        }
        hint={
          house.capabilities.payout === 'batch' ? 'What is sent to a wrong address is lost.' : 'As you sign in there.'
        }
        autoComplete="off"
        spellCheck={false}
        mono
        required
      />
      <div>
        <SubmitButton variant="secondary">Pay me here</SubmitButton>
      </div>
    </ActionForm>
  );
}

function Onboarding({ house, begun }: { house: PaymentProvider; begun: boolean }) {
  return (
    <ActionForm action={beginOnboardingAction} label={nameForOwners(house)}>
      <input type="hidden" name="provider" value={house.id} />
      <p className="text-sm text-ink-soft">
        {nameForOwners(house)} wants to know who you are, on its own pages, and pays you then.
      </p>
      <div>
        <SubmitButton variant="secondary">
          {begun ? `Go on at ${nameForOwners(house)}` : `Begin at ${nameForOwners(house)}`}
        </SubmitButton>
      </div>
    </ActionForm>
  );
}
