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
