import { randomBytes } from 'node:crypto';
import type Stripe from 'stripe';
import type { Account, Card, Charge, Intent, Movement, Session, Things } from './fake-stripe-things.ts';
import { Refusal } from './stripe-params.ts';

type Emit = (type: string, about: object) => void;

/** What Stripe does with money, for the API, the hosted pages and the tests alike. */
export function openDesk(things: Things, emit: Emit) {
  const cards = new Map<string, Card>();

  function move(type: string, source: string, { amount, fee = 0 }: { amount: number; fee?: number }): Movement {
    return things.add('balance_transaction', { type, source, amount, fee, net: amount - fee, currency: 'usd' });
  }

  function available() {
    return things.all('balance_transaction').reduce((sum, { net }) => sum + net, 0);
  }

  function saveCard(customer: string | null, card: Card) {
    const method = things.add('payment_method', { type: 'card', card: { brand: 'visa', last4: '4242' }, customer });
    cards.set(method.id, card);
    return method;
  }

  function succeed(intent: Intent) {
    const { id: payment_intent, amount, metadata } = intent;
    const paid = { amount, amount_captured: amount, amount_refunded: 0, currency: 'usd', disputed: false } as const;
    const charge = things.add('charge', {
      ...paid,
      payment_intent,
      metadata,
      balance_transaction: '',
      status: 'succeeded',
    });
    charge.balance_transaction = move('charge', charge.id, { amount, fee: Math.round(amount * 0.029) + 30 }).id;
    Object.assign(intent, { status: 'succeeded', latest_charge: charge.id, last_payment_error: null });
    emit('charge.succeeded', charge);
    emit('payment_intent.succeeded', intent);
  }

  function decline(intent: Intent, code: string, decline_code?: string) {
    const last_payment_error = { type: 'card_error', code, ...(decline_code && { decline_code }) };
    Object.assign(intent, { status: 'requires_payment_method', last_payment_error });
    emit('payment_intent.payment_failed', intent);
  }

  function intentOf(session: Session, data: Stripe.Checkout.SessionCreateParams.PaymentIntentData): Intent {
    if (session.payment_intent) return things.get('payment_intent', session.payment_intent);
    const saves = data.setup_future_usage ?? null;
    if (saves) session.customer ??= `cus_${randomBytes(7).toString('hex')}`;
    const money = { amount: session.amount_total, currency: 'usd', customer: session.customer } as const;
    const fresh = { last_payment_error: null, latest_charge: null, payment_method: null } as const;
    const status = 'requires_payment_method';
    const named = { metadata: data.metadata ?? {}, setup_future_usage: saves || null };
    const intent = things.add('payment_intent', { ...money, ...fresh, ...named, status });
    session.payment_intent = intent.id;
    return intent;
  }

  /** The person presses a button of the hosted page; `asks` is a card whose bank they have satisfied. */
  function payPage(session: Session, data: Stripe.Checkout.SessionCreateParams.PaymentIntentData, card: Card) {
    if (session.status !== 'open') throw new Refusal(400, 'checkout_session_not_open');
    const intent = intentOf(session, data);
    if (card === 'declines') return decline(intent, 'card_declined', 'generic_decline');
    intent.payment_method = saveCard(intent.setup_future_usage ? intent.customer : null, card).id;
    Object.assign(session, { status: 'complete', url: null, payment_status: card === 'slow' ? 'unpaid' : 'paid' });
    if (card === 'slow') intent.status = 'processing';
    else succeed(intent);
    emit('checkout.session.completed', session);
  }

  /** The bank of a slow payment has made up its mind. */
  function settleSlow(session: Session, paid: boolean) {
    const intent = things.get('payment_intent', session.payment_intent);
    if (intent.status !== 'processing') throw new Refusal(400, 'payment_intent_unexpected_state');
    if (paid) {
      succeed(intent);
      session.payment_status = 'paid';
    } else decline(intent, 'payment_intent_payment_attempt_failed');
    emit(`checkout.session.async_payment_${paid ? 'succeeded' : 'failed'}`, session);
  }

  function expirePage(session: Session) {
    if (session.status !== 'open') throw new Refusal(400, 'checkout_session_not_open');
    Object.assign(session, { status: 'expired', url: null });
    emit('checkout.session.expired', session);
  }

  /** Charges a saved card without the person; `card` overrules how it behaves. */
  function chargeCard(intent: Intent, card: Card | undefined) {
    const how = card ?? cards.get(intent.payment_method ?? '');
    if (how === 'works') return succeed(intent);
    const [code, reason] = how === 'asks' ? ['authentication_required'] : ['card_declined', 'insufficient_funds'];
    decline(intent, code ?? '', reason);
    const decline_code = reason ?? code;
    throw new Refusal(402, code ?? '', { type: 'card_error', decline_code, payment_intent: structuredClone(intent) });
  }

  function giveBack(charge: Charge, amount: number, metadata: Stripe.MetadataParam) {
    if (charge.disputed) throw new Refusal(400, 'charge_disputed');
    if (charge.amount_refunded === charge.amount) throw new Refusal(400, 'charge_already_refunded');
    if (amount <= 0 || amount > charge.amount - charge.amount_refunded) throw new Refusal(400, 'amount_too_large');
    const { id, payment_intent } = charge;
    const money = { amount, currency: 'usd', status: 'succeeded' } as const;
    const refund = things.add('refund', { ...money, charge: id, payment_intent, metadata });
    charge.amount_refunded += amount;
    move('refund', refund.id, { amount: -amount });
    emit('refund.created', refund);
    emit('charge.refunded', charge);
    return refund;
  }

  function contest(charge: Charge, end: 'inquiry' | 'open' | 'won' | 'lost') {
    const { id, payment_intent, amount } = charge;
    const status = end === 'inquiry' ? 'warning_needs_response' : 'needs_response';
    const dispute = things.add('dispute', {
      charge: id,
      payment_intent,
      amount,
      currency: 'usd',
      status,
      balance_transactions: [],
    });
    charge.disputed = true;
    if (end !== 'inquiry')
      dispute.balance_transactions.push(move('adjustment', dispute.id, { amount: -amount, fee: 1500 }));
    emit('charge.dispute.created', dispute);
    if (end !== 'won' && end !== 'lost') return;
    dispute.status = end;
    if (end === 'won') dispute.balance_transactions.push(move('adjustment', dispute.id, { amount }));
    emit('charge.dispute.closed', dispute);
  }

  function transfer(params: Stripe.TransferCreateParams) {
    const { destination, amount = 0, metadata = {}, transfer_group = null } = params;
    const account = things.get('v2.core.account', destination);
    if (account.closed) throw new Refusal(400, 'account_invalid');
    if (!canReceive(account)) throw new Refusal(400, 'insufficient_capabilities_for_transfer');
    if (amount > available()) throw new Refusal(400, 'balance_insufficient');
    const money = { amount, amount_reversed: 0, currency: 'usd', reversed: false } as const;
    const made = things.add('transfer', { ...money, destination, transfer_group, metadata: metadata ?? {} });
    move('transfer', made.id, { amount: -amount });
    emit('transfer.created', made);
    return made;
  }

  function reverseTransfer(id: string) {
    const made = things.get('transfer', id);
    Object.assign(made, { reversed: true, amount_reversed: made.amount });
    move('transfer_refund', `trr_${id}`, { amount: made.amount });
    emit('transfer.reversed', made);
  }

  function openAccount(metadata: Stripe.MetadataParam = {}, status = 'restricted') {
    const configuration = { recipient: { capabilities: { stripe_balance: { stripe_transfers: { status } } } } };
    const entries =
      status === 'active' ? [] : [{ awaiting_action_from: 'user' as const, description: 'External account' }];
    return things.add('v2.core.account', { closed: false, configuration, requirements: { entries }, metadata });
  }

  /** The owner has answered everything that Stripe asked. */
  function finishOnboarding(account: Account) {
    account.configuration.recipient.capabilities.stripe_balance.stripe_transfers.status = 'active';
    account.requirements.entries = [];
  }

  const pages = { payPage, settleSlow, expirePage };
  const out = { transfer, reverseTransfer, openAccount, finishOnboarding };
  return { ...pages, ...out, chargeCard, giveBack, contest, available, move };
}

function canReceive(account: Account) {
  return account.configuration.recipient.capabilities.stripe_balance.stripe_transfers.status === 'active';
}
