import { execFileSync } from 'node:child_process';
import { expect, type Page, test } from '@playwright/test';
import { signedIn } from '../scripts/testing/people.ts';

const markup = `<img src=x onerror="document.title='pwned'">`;
const at: Record<'admin' | 'owner' | 'renter', Page> & { device: string; person: string } = {} as never;

test.describe.configure({ mode: 'serial' });

test.beforeAll(async ({ browser }) => {
  for (const role of ['admin', 'owner', 'renter'] as const) at[role] = await signedIn(browser, role);
});

test('people may write markup wherever they may write', async () => {
  const { admin, owner, renter } = at;
  await renter.goto('/settings');
  await renter.getByRole('form', { name: 'Profile' }).getByLabel('Name').fill(markup);
  await renter.getByRole('form', { name: 'Profile' }).getByRole('button', { name: 'Save' }).click();
  await renter.getByText('Saved.').waitFor();
  await renter.getByLabel('Public key').fill(`${newPublicKey()} ${markup.replace('x', 'y')}`);
  await renter.getByRole('button', { name: 'Add key' }).click();
  await renter.getByText('Added.').waitFor();

  await owner.goto('/my/devices/new');
  await owner.getByLabel('Name').fill(markup);
  await owner.getByLabel('Country').selectOption('PT');
  await owner.getByLabel('Hourly rate').fill('0.01');
  await owner.getByLabel('Disk for renters').fill('4');
  await owner.getByRole('button', { name: 'Add device' }).click();
  await owner.waitForURL(/\/my\/devices\/[0-9a-f-]{36}/);
  at.device = new URL(owner.url()).pathname;

  await admin.goto('/admin/users?search=renter');
  await admin.getByRole('link', { name: markup }).click();
  await admin.getByLabel('Amount').fill('1');
  await admin.getByLabel('Reason').first().fill(markup);
  await admin.getByRole('button', { name: 'Credit', exact: true }).click();
  await admin.getByText('Credited.').waitFor();
  at.person = new URL(admin.url()).pathname;
});

const shown: [who: 'admin' | 'owner' | 'renter', path: () => string][] = [
  ['renter', () => '/settings'],
  ['renter', () => '/wallet'],
  ['owner', () => '/my/devices'],
  ['owner', () => at.device],
  ['admin', () => '/admin/users?search=renter'],
  ['admin', () => at.person],
  ['admin', () => '/admin/devices'],
  ['admin', () => '/admin/audit'],
];

test('on every page that shows it, markup is text', async () => {
  for (const [who, path] of shown) {
    const page = at[who];
    await page.goto(path());
    // Settings show the name in a field, and the comment of the key as text.
    const text = path() === '/settings' ? markup.replace('x', 'y') : markup;
    await expect(page.getByText(text).first(), path()).toBeVisible();
    await expect(page.locator('[onerror]'), path()).toHaveCount(0);
    expect(await page.title(), path()).not.toBe('pwned');
    expect(await (await page.request.get(path())).text(), path()).not.toContain('<img src=');
  }
  await at.renter.goto('/settings');
  await expect(at.renter.getByRole('form', { name: 'Profile' }).getByLabel('Name')).toHaveValue(markup);
});

function newPublicKey(): string {
  const make = 'd=$(mktemp -d) && ssh-keygen -q -t ed25519 -N "" -C "" -f $d/key && cat $d/key.pub && rm -r $d';
  return execFileSync('sh', ['-c', make], { encoding: 'utf8' }).trim();
}
