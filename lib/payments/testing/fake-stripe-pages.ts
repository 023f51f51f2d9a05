import { type FakeAnswer, type FakeRequest, fakePage } from './fake-server.ts';
import type { Memory } from './fake-stripe-api.ts';

/** What a person can press on Stripe's hosted page; `complete` and `fail` answer a bank that asks for them. */
export type Button = 'pay' | 'ask' | 'slow' | 'decline' | 'back' | 'complete' | 'fail';

/** The hosted pages: paying, the bank's question, and an owner's onboarding. */
export function answerPage(memory: Memory, { method, path }: FakeRequest): FakeAnswer {
  const [, section = '', page = '', id = '', button] = `${path.startsWith('/c/') ? '' : '/x'}${path}`.split('/');
  if (section === 'x') return onboard(memory, id, button);
  if (method === 'POST' && button) return { redirectTo: press(memory, id, button as Button) };
  if (page === '3ds') {
    const buttons = { Complete: `/c/pay/${id}/complete`, Fail: `/c/pay/${id}/fail` };
    return { status: 200, html: fakePage('Your bank asks whether this is you', buttons) };
  }
  const session = memory.things.get('checkout.session', id);
  const amount = `$${(session.amount_total / 100).toFixed(2)}`;
  if (session.status !== 'open')
    return { status: 200, html: fakePage(`${amount}: this page is ${session.status}`, {}) };
  const { last_payment_error = null } = session.payment_intent
    ? memory.things.get('payment_intent', session.payment_intent)
    : {};
  const labels = {
    Pay: 'pay',
    'Pay with 3DS': 'ask',
    'Pay from a slow bank': 'slow',
    Decline: 'decline',
    Back: 'back',
  };
  const buttons = Object.entries(labels).map(([label, name]) => [label, `/c/pay/${id}/${name}`]);
  const notice = last_payment_error ? 'Your card was declined.' : '';
  return { status: 200, html: fakePage(`Pay ${amount}`, Object.fromEntries(buttons), notice) };
}

/** Presses a button of a hosted page and tells where the browser goes next. */
export function press({ url, things, desk, intentData }: Memory, id: string, button: Button): string {
  const session = things.get('checkout.session', id);
  if (button === 'back') return session.cancel_url;
  if (button === 'ask') return `${url}/c/3ds/${id}`;
  const card = ({ pay: 'works', complete: 'asks', slow: 'slow', decline: 'declines', fail: 'declines' } as const)[
    button
  ];
  desk.payPage(session, intentData.get(id) ?? {}, card);
  return card === 'declines' ? `${url}/c/pay/${id}` : session.success_url.replace('{CHECKOUT_SESSION_ID}', id);
}

function onboard({ things, desk, links }: Memory, name: string, button: string | undefined): FakeAnswer {
  const link = links.get(name);
  if (!link) return { status: 404, html: fakePage('This link is used or unknown', {}) };
  const { account, returnUrl, refreshUrl } = link;
  if (button === 'refresh') return { redirectTo: refreshUrl };
  if (button === 'finish') {
    desk.finishOnboarding(things.get('v2.core.account', account));
    links.delete(name);
  }
  if (button) return { redirectTo: returnUrl };
  const buttons = { Finish: `/setup/${name}/finish`, Later: `/setup/${name}/later`, Expired: `/setup/${name}/refresh` };
  return { status: 200, html: fakePage('Tell us who you are', buttons) };
}
