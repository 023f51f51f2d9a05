import { expect, type Page, test } from '@playwright/test';

const email = `ada-${Date.now()}@example.com`;
const password = 'a long enough password';

async function signIn(page: Page, secret: string) {
  await page.goto('/sign-in');
  await page.getByLabel('E-mail address').fill(email);
  await page.getByLabel('Password', { exact: true }).fill(secret);
  await page.getByRole('button', { name: 'Sign in' }).click();
}

/** Opens the link in the newest letter, as its reader would. */
async function followMail(page: Page, subject: string) {
  await page.goto('/mailbox');
  const letter = page.getByRole('region', { name: subject }).filter({ hasText: email }).first();
  await letter.getByRole('link', { name: /token=/ }).click();
}

test.describe.configure({ mode: 'serial' });

test('a stranger opens an account, confirms the address and signs in', async ({ page }) => {
  await page.goto('/sign-up');
  await page.getByLabel('Name').fill('Ada');
  await page.getByLabel('E-mail address').fill(email);
  await page.getByLabel('Password', { exact: true }).fill('short');
  await page.getByRole('button', { name: 'Open an account' }).click();
  await expect(page.getByText('Please use at least 10 characters.')).toBeVisible();
  await expect(page.getByLabel('Password', { exact: true })).toBeFocused();

  await page.getByLabel('Password', { exact: true }).fill(password);
  await page.getByRole('button', { name: 'Open an account' }).click();
  await expect(page.getByRole('heading', { name: 'Look into your mail' })).toBeVisible();

  await followMail(page, 'Confirm your e-mail address');
  await page.getByRole('button', { name: 'Confirm' }).click();
  await expect(page.getByText('Your address is confirmed.')).toBeVisible();
  await signIn(page, password);
  await page.waitForURL('/');
});

test('somebody who has to sign in first comes back to the page that was asked for', async ({ page }) => {
  await page.goto('/settings');
  await expect(page).toHaveURL(/sign-in\?next=%2Fsettings/);
  await page.getByLabel('E-mail address').fill(email);
  await page.getByLabel('Password', { exact: true }).fill(password);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await expect(page.getByRole('heading', { name: 'Settings' })).toBeVisible();
});

test('signing in works without JavaScript', async ({ browser }) => {
  const page = await (await browser.newContext({ javaScriptEnabled: false })).newPage();
  await signIn(page, 'not the password');
  await expect(page.getByText('do not belong together')).toBeVisible();
  await signIn(page, password);
  await expect(page).toHaveURL('/');
});

test('a session that is ended elsewhere is over at once', async ({ browser }) => {
  const [here, there] = [await (await browser.newContext()).newPage(), await (await browser.newContext()).newPage()];
  for (const page of [here, there]) {
    await signIn(page, password);
    await page.waitForURL('/');
  }
  const streamEnded = there.evaluate(
    () =>
      new Promise<void>((resolve) => {
        const stream = new EventSource('/api/live?topic=wallet');
        stream.addEventListener('open', () => document.body.setAttribute('data-open', ''));
        stream.addEventListener('error', () => resolve());
      }),
  );
  await there.locator('body[data-open]').waitFor();

  await here.goto('/settings');
  await here.getByRole('button', { name: 'End all others' }).click();
  await streamEnded;
  await there.goto('/wallet');
  await expect(there).toHaveURL(/sign-in/);
  await expect(here.getByText('This one')).toBeVisible();
});

test('a forgotten password is replaced from the mail, and its link works once', async ({ page }) => {
  await page.goto('/forgot');
  await page.getByLabel('E-mail address').fill(email);
  await page.getByRole('button', { name: 'Send the link' }).click();
  await expect(page.getByText('the link is on its way')).toBeVisible();

  await followMail(page, 'Choose a new password');
  const link = page.url();
  await page.getByLabel('New password', { exact: true }).fill('the second long password');
  await page.getByRole('button', { name: 'Set the new password' }).click();
  await expect(page.getByText('Your new password is set.')).toBeVisible();
  await signIn(page, 'the second long password');
  await page.waitForURL('/');

  await page.goto(link);
  await page.getByLabel('New password', { exact: true }).fill('the third long password');
  await page.getByRole('button', { name: 'Set the new password' }).click();
  await expect(page.getByText('This link has expired')).toBeVisible();
});

test('somebody proves again to be the owner, and comes back', async ({ page }) => {
  await signIn(page, 'the second long password');
  await page.waitForURL('/');
  await page.goto('/confirm?next=//evil.example');
  await page.getByLabel('Password', { exact: true }).fill('not the password');
  await page.getByRole('button', { name: 'Continue' }).click();
  await expect(page.getByText('That is not your password.')).toBeVisible();
  await page.getByLabel('Password', { exact: true }).fill('the second long password');
  await page.getByRole('button', { name: 'Continue' }).click();
  await expect(page.getByRole('heading', { name: 'Settings' })).toBeVisible();
});
