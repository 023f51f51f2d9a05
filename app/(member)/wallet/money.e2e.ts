import { readFile } from 'node:fs/promises';
import { type Browser, expect, type Page, test } from '@playwright/test';
import {
  beginTopUp,
  inOrder,
  openDestination,
  payOut,
  reachOutside,
  readAddress,
  readMovements,
  seeCredited,
  stubPaypalScript,
} from '../../../scripts/testing/paying.ts';
import { signedIn, signedInAs } from '../../../scripts/testing/people.ts';
import { provenStretches } from '../../../scripts/testing/rented.ts';
import type { Market } from '../../../scripts/testing/scene.ts';
import { clearScene, layMarket, pass } from '../../../scripts/testing/stage.ts';

// One journey of money, from payers to owners, from what the pages show: each step stands on those before it.
test.describe.configure({ mode: 'serial' });

type Outside = Awaited<ReturnType<typeof reachOutside>>;
const at: { market: Market; outside: Outside; renter: Page; owner: Page; admin: Page; rental: string } = {} as never;

test.beforeAll(async ({ browser }) => {
  at.outside = await reachOutside();
  at.market = await layMarket();
  at.renter = await signedInAs(browser, at.market.people.renter);
  at.owner = await signedInAs(browser, at.market.people.owner);
  at.admin = await signedIn(browser, 'admin');
});

test.afterAll(clearScene);

test('a renter tops up with PayPal’s button', async () => {
  const { renter } = at;
  await stubPaypalScript(renter);
  const form = await beginTopUp(renter, '$50', 'PayPal');
  await form.goOn();
  await renter.waitForURL('**/wallet/top-ups/*');
  const popUp = renter.waitForEvent('popup');
  await renter.locator('paypal-button').click();
  await (await popUp).getByRole('button', { name: 'Approve', exact: true }).click();
  await seeCredited(renter, '$50.00');
});

test('a renter whose browser runs no scripts tops up by being led to PayPal and back', async ({ browser }) => {
  const { page, close } = await withoutScripts(browser, at.renter);
  const form = await beginTopUp(page, '$50', 'PayPal');
  await form.goOn();
  await page.getByRole('link', { name: 'Pay on its own page' }).click();
  await page.getByRole('button', { name: 'Approve', exact: true }).click();
  await seeCredited(page, '$50.00');
  await close();
});

test('a renter tops up by card and lets it be kept', async () => {
  const { renter } = at;
  const form = await beginTopUp(renter, '$50', 'Card');
  await form.save();
  await form.goOn();
  await renter.getByRole('button', { name: 'Pay', exact: true }).click();
  await seeCredited(renter, '$50.00');
});

test('a renter tops up by a card whose bank asks who is paying', async () => {
  const { renter } = at;
  const form = await beginTopUp(renter, '$50', 'Card');
  await form.goOn();
  await renter.getByRole('button', { name: 'Pay with 3DS' }).click();
  await renter.getByRole('button', { name: 'Complete' }).click();
  await seeCredited(renter, '$50.00');
});

const chains = [
  ['USDC on Anvil', '20', 'Usdc'],
  ['Bitcoin', '0.00033334', 'Bitcoin'],
] as const;
for (const [name, coins, suffix] of chains) {
  test(`a renter tops up by ${name}; the chain drops the payment and takes it again`, async () => {
    const { renter, outside } = at;
    const form = await beginTopUp(renter, '$20', name);
    await form.goOn();
    await renter.waitForURL('**/wallet/top-ups/*');
    const [address, asked] = await readAddress(renter);
    expect(Number(asked)).toBe(Number(coins));

    await outside[`pay${suffix}`](address, asked);
    await outside[`mine${suffix}`](1);
    await expect(renter.getByText('1 confirmation', { exact: true })).toBeVisible();
    await outside[`mine${suffix}`](1);
    await seeCredited(renter, '$20.00');

    await outside[`drop${suffix}`](2);
    await expect(renter.getByText('The chain has dropped the block that your payment was in')).toBeVisible();
    await outside[`restore${suffix}`]();
    await outside[`mine${suffix}`](2);
    await seeCredited(renter, '$20.00');
  });
}

test('all of it is there to the micro-dollar, and the renter says what to do when it runs low', async () => {
  const { renter } = at;
  expect((await readBooks()).spendable).toBe(240_000_000n);
  await renter.goto('/wallet/automatic');
  const form = renter.getByRole('form', { name: 'Automatic top-up' });
  await form.getByLabel('When less than this is left').fill('5');
  await form.getByLabel('Top up by').fill('20');
  await form.getByRole('button', { name: 'Turn on' }).click();
  await expect(renter.getByText('On', { exact: true })).toBeVisible();
});

test('a rental runs on it until little is left, and the kept card tops it up by itself', async () => {
  const { renter, market } = at;
  await renter.goto(`/devices/${market.deviceId}`);
  await renter.getByRole('button', { name: /^Agree to contract/ }).click();
  await renter.waitForURL(/\/rentals\//);
  at.rental = renter.url();
  await pass('proven', at.rental.split('/').at(-1) ?? '', '8496'); // $236 at $100 an hour
  await renter.goto('/wallet');
  const topUp = renter.getByRole('listitem').filter({ hasText: 'Top-up by Card' }).filter({ hasText: '+$20.000000' });
  await expect(topUp).toBeVisible();
  await topUp.getByRole('link').click();
  await expect(renter.getByText('Automatic, by Card')).toBeVisible();
  await seeCredited(renter, '$20.00');
});

test('the renter stops, and has paid rate × proven time to the micro-dollar', async () => {
  const { renter } = at;
  await renter.goto(at.rental);
  await renter.getByRole('button', { name: 'Stop' }).click();
  await renter.getByRole('button', { name: 'Stop and destroy the disk' }).click();
  await expect(renter.getByText('Receipt')).toBeVisible();
  const proven = (await provenStretches(renter, at.rental)).reduce((sum, one) => sum + one.milliseconds, 0n);
  const { spendable, broken } = await readBooks();
  expect(spendable).toBe(260_000_000n - (100_000_000n * proven) / 3_600_000n);
  expect(broken).toEqual([]);
});

test('what was earned is paid through PayPal, once the destination is three days old', async () => {
  const { owner, market } = at;
  const form = await openDestination(owner, 'PayPal');
  await form.getByLabel('Your account at PayPal').fill('olga@example.test');
  await form.getByRole('button', { name: 'Pay me here' }).click();
  await expect(owner.getByText('olga@example.test')).toBeVisible();
  await pass('matured', market.people.owner.id);
  await payOut(owner);
  await expect(owner.getByText('it leaves when that is 72 hours old')).toBeVisible();
  // It leaves within the next minute, while the owner goes on; see below.
  await pass('grownOld', market.people.owner.id);
});

test('what was earned next is paid to the owner’s account at the card company', async () => {
  const { owner, market } = at;
  const form = await openDestination(owner, 'Stripe');
  await form.getByRole('button', { name: /^Begin at/ }).click();
  await owner.getByRole('button', { name: 'Finish' }).click();
  await owner.waitForURL('**/my/payouts');
  await pass('matured', market.people.owner.id);
  await pass('grownOld', market.people.owner.id);
  await payOut(owner);
  await expect(owner.getByText('Stripe says that it has arrived.')).toBeVisible();
});

test('the rest is paid in coins: an admin signs a batch elsewhere, and the chain confirms it', async () => {
  const { owner, admin, outside, market } = at;
  const address = await outside.makeUsdcAddress();
  const form = await openDestination(owner, 'USDC on Anvil');
  await form.getByLabel('Your address on USDC on Anvil').fill(address);
  await form.getByRole('button', { name: 'Pay me here' }).click();
  await expect(owner.getByText(address).first()).toBeVisible();
  await pass('matured', market.people.owner.id);
  await pass('grownOld', market.people.owner.id);
  await payOut(owner);

  await outside.lendUsdc('45');
  await admin.goto('/admin/payouts');
  await admin
    .getByRole('form', { name: /^Batch for evm:/ })
    .getByRole('button')
    .click();
  const download = admin.waitForEvent('download');
  await admin.getByRole('link', { name: /^Download/ }).click();
  const unsigned = await readFile(await (await download).path(), 'base64');
  const signed = Buffer.from(await outside.signUsdc(unsigned), 'base64');
  await admin
    .getByLabel('The signed file')
    .setInputFiles({ name: 'signed.json', mimeType: 'application/json', buffer: signed });
  await admin.getByRole('button', { name: 'Check and send it' }).click();
  await expect(admin.getByText('Sent', { exact: true }).first()).toBeVisible();
  await outside.mineUsdc(3);
  await expect(owner.getByText('USDC on Anvil says that it has arrived.')).toBeVisible();
  expect(await outside.usdcOf(address)).toBe('45000000');
});

test('the owner has got all three, and every line of the books is on somebody’s page', async () => {
  const { owner, renter, market } = at;
  await owner.goto('/my/payouts');
  await expect(owner.getByText('PayPal says that it has arrived.')).toBeVisible({ timeout: 75_000 });
  await expect(owner.getByText('says that it has arrived.')).toHaveCount(3);

  const wallet = await pass('lines', market.people.renter.id, 'wallet');
  expect(await readMovements(renter, '/wallet')).toEqual(inOrder(wallet.map(BigInt)));
  const earned = await pass('lines', market.people.owner.id, 'earnPending', 'earnAvailable');
  expect(await readMovements(owner, '/my/payouts')).toEqual(inOrder(earned.map(BigInt)));
});

test('the books hold every promise', async () => {
  const { admin } = at;
  expect((await readBooks()).broken).toEqual([]);
  await admin.goto('/admin/ledger?check');
  await expect(admin.getByText('Balanced', { exact: true }).first()).toBeVisible();
  await expect(admin.getByText('Holds').first()).toBeVisible();
  await expect(admin.getByText('Broken')).toHaveCount(0);
});

async function readBooks() {
  const { renter, owner } = at.market.people;
  const { spendable, pending, available, broken } = await pass('books', renter.id, owner.id);
  return { spendable: BigInt(spendable), pending: BigInt(pending), available: BigInt(available), broken };
}

async function withoutScripts(browser: Browser, like: Page) {
  const storageState = await like.context().storageState();
  const context = await browser.newContext({ storageState, javaScriptEnabled: false });
  return { page: await context.newPage(), close: () => context.close() };
}
