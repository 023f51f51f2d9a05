import { chromium } from '@playwright/test';
import { paypalProvider } from '../paypal.ts';
import type { PaypalSettings } from '../paypal-client.ts';
import type { ProviderBench } from '../provider.contract.ts';

/** A personal account of the sandbox that pays, and receives payouts. */
export type SandboxBuyer = { email: string; password: string };

/** PayPal's own sandbox behind the contract: people are played by a browser on its approval page. */
export async function openPaypalSandbox(settings: PaypalSettings, buyer: SandboxBuyer): Promise<ProviderBench> {
  const browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: ['--no-sandbox'] });

  async function pay(reference: string, how: 'pays' | 'declines' | 'leaves' = 'pays') {
    // The sandbox declines nobody who approves, so declining is leaving.
    if (how !== 'pays') return;
    const page = await browser.newPage();
    await page.goto(`https://www.sandbox.paypal.com/checkoutnow?token=${reference}`);
    await page.locator('#email').fill(buyer.email);
    await page.locator('#btnNext').click();
    await page.locator('#password').fill(buyer.password);
    await page.locator('#btnLogin').click();
    await page.locator('[data-testid="submit-button-initial"], #payment-submit-btn').first().click();
    await page.waitForURL(/broker\.example\.org/, { waitUntil: 'commit' });
    await page.close();
  }

  return {
    provider: paypalProvider(settings),
    secrets: [settings.clientSecret],
    pay,
    takeWebhooks: null,
    failNext: null,
    refuseNext: null,
    destinations: { open: buyer.email, closed: `nobody-${Date.now()}@example.com` },
    dispute: null,
    reportsLate: true,
    close: () => browser.close(),
  };
}
