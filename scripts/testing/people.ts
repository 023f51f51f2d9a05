import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Browser, Page } from '@playwright/test';
import { testBroker } from './broker.ts';

type Role = 'admin' | 'owner' | 'renter';

/** Opens a browser of its own for one of the seeded people, signed in. */
export async function signedIn(browser: Browser, role: Role, broker = testBroker): Promise<Page> {
  const people = JSON.parse(await readFile(join(broker.places.data, 'people.json'), 'utf8'));
  return signedInAs(
    browser,
    people.find((person: { role: Role }) => person.role === role),
    broker,
  );
}

/** Fills the form for a new device, as an owner who looks at the device’s page then. */
export async function registerDevice(owner: Page, name: string, rate = '0.01') {
  await owner.goto('/my/devices/new');
  await owner.getByLabel('Name').fill(name);
  await owner.getByLabel('Country').selectOption('PT');
  await owner.getByLabel('Hourly rate').fill(rate);
  await owner.getByLabel('Disk for renters').fill('4');
  await owner.getByRole('button', { name: 'Add device' }).click();
  await owner.waitForURL(/\/my\/devices\/[0-9a-f-]{36}/);
}

/** Opens a browser of its own for somebody whose password we know, signed in. */
export async function signedInAs(
  browser: Browser,
  { email, password }: { email: string; password: string },
  broker = testBroker,
): Promise<Page> {
  const context = await browser.newContext();
  await context.grantPermissions(['clipboard-read', 'clipboard-write'], { origin: broker.url });
  const page = await context.newPage();
  await page.goto(`${broker.url}/sign-in`);
  await page.getByLabel('E-mail address').fill(email);
  await page.getByLabel('Password', { exact: true }).fill(password);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.waitForURL((url) => !url.pathname.startsWith('/sign-in'));
  return page;
}
