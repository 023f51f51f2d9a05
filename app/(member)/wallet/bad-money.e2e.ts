import { expect, type Page, test } from '@playwright/test';
import { testBroker } from '../../../scripts/testing/broker.ts';
import {
  beginTopUp,
  openDestination,
  reachOutside,
  seeCredited,
  stubPaypalScript,
} from '../../../scripts/testing/paying.ts';
import { signedInAs } from '../../../scripts/testing/people.ts';
import type { Market } from '../../../scripts/testing/scene.ts';
import { clearScene, layMarket, pass } from '../../../scripts/testing/stage.ts';

type Outside = Awaited<ReturnType<typeof reachOutside>>;
const at: { market: Market; outside: Outside; renter: Page; owner: Page } = {} as never;

test.beforeAll(async ({ browser }) => {
  at.outside = await reachOutside();
  at.market = await layMarket();
  at.renter = await signedInAs(browser, at.market.people.renter);
  at.owner = await signedInAs(browser, at.market.people.owner);
  await stubPaypalScript(at.renter);
});

test.afterAll(clearScene);

for (const typed of ['0', '-5', '0.0000001', '0.5', '12.345', '1e30', '1000000']) {
  test(`nobody can top up by "${typed}", and the form says what it takes`, async () => {
    const { renter } = at;
    const form = await beginTopUp(renter, 'Other', 'PayPal');
    await renter.getByLabel('Another amount').fill(typed);
    await form.goOn();
    await expect(
      renter.getByText(/Please enter dollars|PayPal takes \$[\d.]+ to \$[\d,.]+, in whole cents/),
    ).toBeVisible();
    expect(new URL(renter.url()).pathname).toBe('/wallet');
  });
}

test('the address that a payer comes back to credits nothing when it is opened by hand', async () => {
  const { renter } = at;
  const page = await beginAtPaypal(renter);
  await renter.goto(`${page}?back=paid`);
  await expect(renter.getByText('No payment is known yet')).toBeVisible();
  await renter.goto(`${page}?told=paid`);
  await expect(renter.getByText('No payment is known yet')).toBeVisible();
  expect(await readWallet()).toBe('0');
});

test('somebody else’s top-up looks like one that does not exist', async () => {
  const page = await beginAtPaypal(at.renter);
  const [theirs, missing] = [page, page.replace(/.{4}$/, '0000')];
  for (const path of [theirs, `${theirs}?back=paid`, missing])
    expect((await at.owner.request.get(path, { maxRedirects: 0 })).status(), path).toBe(404);
});

test('two tabs that pay the same top-up at once pay once', async () => {
  const { renter } = at;
  const page = await beginAtPaypal(renter);
  const other = await renter.context().newPage();
  await other.goto(page);
  for (const tab of [renter, other]) await tab.getByRole('link', { name: 'Pay on its own page' }).click();
  const approve = (tab: Page) => tab.getByRole('button', { name: 'Approve', exact: true }).click();
  await Promise.all([approve(renter), approve(other)]);
  await Promise.all([seeCredited(renter, '$20.00'), seeCredited(other, '$20.00')]);
  await other.close();
  expect(await readWallet()).toBe('20000000');
});

test('a webhook that was sent fifty times at once has no more effect than the first', async () => {
  const sent = await at.outside.lastPaypalWebhook();
  const answers = await Promise.all(Array.from({ length: 50 }, () => post('paypal', sent)));
  expect(new Set(answers)).toEqual(new Set([204]));
  // Whatever the webhooks made the broker ask is answered before this page is.
  await at.renter.goto('/wallet');
  expect(await readWallet()).toBe('20000000');
});

test('a webhook that is forged, stale, too long or of nobody is refused', async () => {
  const { outside } = at;
  await payAtPaypal(at.renter);
  const { body, headers } = await outside.lastPaypalWebhook();
  expect(await post('paypal', { body: body.replace('WH-', 'WH+'), headers })).toBe(400);
  expect(await post('paypal', { body, headers: {} })).toBe(400);
  expect(await post('paypal', { body: 'not JSON', headers })).toBe(400);
  expect(await post('stripe', await outside.oldStripeWebhook())).toBe(400);
  expect(await post('stripe', { body, headers })).toBe(400);
  expect(await post('paypal', { body: ' '.repeat(300 * 1024) + body, headers })).toBe(413);
  expect(await post('nobody', { body, headers })).toBe(404);
});

test('an owner is told in clear words that an address is of another network, or has a slip of the pen', async () => {
  const { owner, outside } = at;
  const evm = await outside.makeUsdcAddress();
  const wrong: [house: string, typed: string][] = [
    ['USDC on Anvil', await outside.makeBitcoinAddress()],
    ['USDC on Anvil', withSlip(evm)],
    ['USDC on Anvil', `0x${'0'.repeat(40)}`],
    ['Bitcoin', evm],
    ['Bitcoin', 'bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4'],
    ['PayPal', 'no address of anybody'],
  ];
  for (const [house, typed] of wrong) {
    const form = await openDestination(owner, house);
    await form.getByRole('textbox').fill(typed);
    await form.getByRole('button', { name: 'Pay me here' }).click();
    await expect(form.getByText('Nobody can be paid there.'), typed).toBeVisible();
  }
  await owner.reload();
  await expect(owner.getByText('To change this')).toHaveCount(0);
  await expect(owner.getByRole('button', { name: 'Remove' })).toHaveCount(0);
});

async function beginAtPaypal(page: Page): Promise<string> {
  const form = await beginTopUp(page, '$20', 'PayPal');
  await form.goOn();
  await page.waitForURL('**/wallet/top-ups/*');
  // The page loads itself once more to let the button in.
  await expect(page.locator('paypal-button')).toBeVisible();
  return new URL(page.url()).pathname;
}

async function payAtPaypal(page: Page) {
  await beginAtPaypal(page);
  await page.getByRole('link', { name: 'Pay on its own page' }).click();
  await page.getByRole('button', { name: 'Approve', exact: true }).click();
  await seeCredited(page, '$20.00');
}

async function post(provider: string, sent: { body: string; headers: Record<string, string> }): Promise<number> {
  const answer = await fetch(`${testBroker.url}/api/payments/${provider}/webhook`, { method: 'POST', ...sent });
  return answer.status;
}

async function readWallet(): Promise<string> {
  const { renter, owner } = at.market.people;
  const { spendable, broken } = await pass('books', renter.id, owner.id);
  expect(broken).toEqual([]);
  return spendable;
}

/** The same address with one of its letters in the other case, as its checksum forbids. */
function withSlip(address: string): string {
  return address.replace(/[a-f](?=[^a-f]*$)/i, (letter) =>
    letter === letter.toLowerCase() ? letter.toUpperCase() : letter.toLowerCase(),
  );
}
