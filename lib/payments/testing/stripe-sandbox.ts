import { chromium } from '@playwright/test';
import type { ProviderBench } from '../provider.contract.ts';
import { stripeProvider } from '../stripe.ts';

const cards = { pays: '4242424242424242', declines: '4000000000000002' };

/**
 * Stripe's own test mode behind the contract: people are played by a browser on the hosted page. `account` is a
 * connected account that may receive transfers; without one nothing is paid out.
 */
export async function openSandbox(secretKey: string, account: string | undefined): Promise<ProviderBench> {
  const browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: ['--no-sandbox'] });
  const provider = stripeProvider({ secretKey, webhookSecrets: [] });
  const pages = new Map<string, string>();

  async function beginTopUp(request: Parameters<typeof provider.beginTopUp>[0]) {
    const begun = await provider.beginTopUp(request);
    if (begun.action.kind === 'redirect') pages.set(begun.reference, begun.action.url);
    return begun;
  }

  async function pay(reference: string, how: 'pays' | 'declines' | 'leaves' = 'pays') {
    if (how === 'leaves') return;
    const page = await browser.newPage();
    await page.goto(pages.get(reference) ?? '');
    const accordion = page.getByTestId('card-accordion-item-button');
    if (await accordion.isVisible()) await accordion.click();
    await page.locator('#cardNumber').fill(cards[how]);
    await page.locator('#cardExpiry').fill('12 / 34');
    await page.locator('#cardCvc').fill('123');
    await page.locator('#billingName').fill('Renée Ortner');
    const code = page.locator('#billingPostalCode');
    if (await code.isVisible()) await code.fill('10001');
    await page.getByTestId('hosted-payment-submit-button').click();
    if (how === 'pays') await page.waitForURL(/broker\.example\.org/, { waitUntil: 'commit' });
    else
      await page
        .getByText(/declined/i)
        .first()
        .waitFor();
    await page.close();
  }

  return {
    provider: { ...provider, beginTopUp },
    secrets: [secretKey],
    pay,
    takeWebhooks: null,
    failNext: null,
    refuseNext: null,
    destinations: account ? { open: account, closed: 'acct_1032D82eZvKYlo2C' } : null,
    dispute: null,
    close: () => browser.close(),
  };
}
