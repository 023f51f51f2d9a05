import Stripe from 'stripe';
import type { PaymentProvider, PayoutStatus } from './provider.ts';
import { ask, fail, findFirst, made, payoutOf, reasonOf, secondsBefore, toCents } from './stripe-answers.ts';

type Payee = Parameters<NonNullable<PaymentProvider['beginPayee']>>[0];
type Payout = Parameters<NonNullable<PaymentProvider['beginPayout']>>[0];
type LostPayout = Parameters<NonNullable<PaymentProvider['findPayout']>>[0];

/** Money out: owners open an account with Stripe, and transfers reach it. */
export function payouts(client: Stripe) {
  return {
    beginPayee: (payee: Payee) => beginPayee(client, payee),
    getPayee: (payee: string) => getPayee(client, payee),
    beginPayout: (payout: Payout) => beginPayout(client, payout),
    findPayout: (payout: LostPayout) => findPayout(client, payout),
  };
}

async function beginPayee(client: Stripe, { party, payee, returnUrl, refreshUrl }: Payee) {
  const account = payee ?? (await openAccount(client, party));
  const account_onboarding = { return_url: returnUrl, refresh_url: refreshUrl };
  const use_case = { type: 'account_onboarding' as const, account_onboarding };
  const link = await ask(client.v2.core.accountLinks.create({ account, use_case }));
  return { payee: account, url: link.url };
}

/** An account that only receives; we carry its costs and answer for it, Stripe asks the person for what law wants. */
async function openAccount(client: Stripe, party: Payee['party']) {
  const opened = client.v2.core.accounts.create(
    {
      contact_email: party.email,
      display_name: party.name,
      dashboard: 'express',
      defaults: { responsibilities: { fees_collector: 'application', losses_collector: 'application' } },
      configuration: { recipient: { capabilities: { stripe_balance: { stripe_transfers: { requested: true } } } } },
      metadata: { partyId: party.id },
    },
    { idempotencyKey: `payee:${party.id}` },
  );
  return (await ask(opened)).id;
}

async function getPayee(client: Stripe, payee: string) {
  const include = ['configuration.recipient' as const, 'requirements' as const];
  const account = await ask(client.v2.core.accounts.retrieve(payee, { include }));
  const transfers = account.configuration?.recipient?.capabilities?.stripe_balance?.stripe_transfers;
  const asked = account.requirements?.entries?.filter((entry) => entry.awaiting_action_from === 'user') ?? [];
  const ready = transfers?.status === 'active' && !account.closed;
  return { ready, missing: asked.map((entry) => entry.description) };
}

/** Refusals that mean this owner's account, not ours. */
const closedAccount = new Set([
  'account_invalid',
  'insufficient_capabilities_for_transfer',
  'transfers_not_allowed',
  'resource_missing',
]);

async function beginPayout(client: Stripe, payout: Payout): Promise<PayoutStatus> {
  const { payoutId, destination, amount, key } = payout;
  const money = { amount: toCents(amount), currency: 'usd', destination };
  const names = { transfer_group: payoutId, metadata: { payoutId, key } };
  const answer = await made(client.transfers.create({ ...money, ...names }, { idempotencyKey: key }), () =>
    findTransfer(client, { key, destination, since: new Date(Date.now() - 86_400_000) }),
  ).catch(closed);
  if (!(answer instanceof Error)) return payoutOf(answer);
  return { reference: key, fee: null, state: 'failed', reason: reasonOf(answer) };
}

function closed(error: unknown) {
  const { StripeInvalidRequestError } = Stripe.errors;
  return error instanceof StripeInvalidRequestError && closedAccount.has(error.code ?? '') ? error : fail(error);
}

async function findPayout(client: Stripe, payout: LostPayout) {
  const transfer = await ask(findTransfer(client, payout));
  return transfer && payoutOf(transfer);
}

async function findTransfer(client: Stripe, { key, destination, since }: LostPayout) {
  const transfers = client.transfers.list({ destination, created: { gte: secondsBefore(since) }, limit: 100 });
  return findFirst(transfers, ({ metadata }) => metadata.key === key);
}
