import { readFile } from 'node:fs/promises';
import { expect, type Page } from '@playwright/test';
import { fakePaypalScript } from '../../lib/payments/testing/fake-paypal-button.ts';
import { outsideFile } from './broker.ts';
import type { Deeds, Outside } from './outside.ts';

type Reached = {
  [Deed in keyof Deeds]: (...args: Parameters<Deeds[Deed]>) => Promise<Awaited<ReturnType<Deeds[Deed]>>>;
};

/** Reaches the world outside of the broker, which lives in the process that set the tests up. */
export async function reachOutside(): Promise<Reached> {
  const { door, deeds } = await readOutside();
  const ask = async (deed: string, args: unknown[]) => {
    const answer = await fetch(`${door}/${deed}`, { method: 'POST', body: JSON.stringify(args) });
    if (!answer.ok) throw new Error(`${deed}: ${await answer.text()}`);
    return (await answer.json()).answer;
  };
  return Object.fromEntries(deeds.map((deed) => [deed, (...args: unknown[]) => ask(deed, args)])) as Reached;
}

async function readOutside(): Promise<Outside> {
  return JSON.parse(await readFile(outsideFile, 'utf8'));
}

/** Chooses an amount and a way to pay on the wallet's page, and goes on. */
export async function beginTopUp(page: Page, amount: string, way: string) {
  await page.goto('/wallet');
  const form = page.getByRole('form', { name: 'Add funds' });
  await form.getByText(amount, { exact: true }).click();
  await form.getByText(way, { exact: true }).click();
  return {
    save: () => form.getByLabel('Save for automatic top-ups').filter({ visible: true }).check(),
    goOn: () => form.getByRole('button', { name: /^Continue/ }).click(),
  };
}

/** Waits until the page of a top-up says that it is credited. */
export async function seeCredited(page: Page, amount: string) {
  await expect(page.getByText(`${amount} is in your wallet`)).toBeVisible();
  expect(new URL(page.url()).pathname).toMatch(/^\/wallet\/top-ups\//);
}

/** Puts our script in the place of PayPal's, as the browser asks for it; all else of it is the page's own. */
export async function stubPaypalScript(page: Page) {
  const { paypal } = await readOutside();
  await page.route('**/web-sdk/v6/core*', (route) =>
    route.fulfill({ contentType: 'text/javascript', body: fakePaypalScript(paypal) }),
  );
}

/** Where the page of a top-up says that coins are to be sent, and how many. */
export async function readAddress(page: Page): Promise<[address: string, coins: string]> {
  const line = (label: string) => page.getByRole('button', { name: label }).locator('xpath=..').locator('p');
  const address = (await line('Copy the address').textContent()) ?? '';
  const coins = (await line('Copy the amount').textContent()) ?? '';
  return [address.trim(), coins.split(' ')[0] ?? ''];
}

/** Opens the choice of where an owner is paid, at the company or chain of that name; answers its form. */
export async function openDestination(page: Page, name: string) {
  await page.goto('/my/payouts');
  await page.locator('summary').getByText(name, { exact: true }).click();
  return page.getByRole('form', { name, exact: true });
}

/** Asks for all that is available to be paid out. */
export async function payOut(page: Page) {
  await page.goto('/my/payouts');
  await page.getByRole('button', { name: 'Pay out', exact: true }).click();
  const question = page.getByRole('alertdialog');
  await question.getByRole('button', { name: 'Pay out', exact: true }).click();
  await expect(question).toHaveCount(0);
}

/** Every amount that a list of movements shows on all its pages, in micro-dollars, the smallest first. */
export async function readMovements(page: Page, path: string): Promise<bigint[]> {
  const amounts: bigint[] = [];
  for (let at = 1; at === 1 || (await page.getByRole('link', { name: 'Next' }).count()) > 0; at++) {
    await page.goto(`${path}?page=${at}`);
    const shown = await page
      .getByRole('listitem')
      .getByText(/^[+−]?\$[\d,]+\.\d{6}$/)
      .allTextContents();
    amounts.push(...shown.map((text) => BigInt(text.replace(/[+$.,]/g, '').replace('−', '-'))));
  }
  return inOrder(amounts);
}

/** Amounts, the smallest first. */
export function inOrder(amounts: bigint[]): bigint[] {
  return amounts.toSorted((one, other) => (one < other ? -1 : 1));
}
