import { execFileSync } from 'node:child_process';
import { expect, type Page, test } from '@playwright/test';
import { marked } from '../scripts/testing/cast.ts';
import { registerDevice, signedIn, signedInAs } from '../scripts/testing/people.ts';
import type { Scene } from '../scripts/testing/scene.ts';
import { clearScene, layScene } from '../scripts/testing/stage.ts';

const markup = `<img src=x onerror="document.title='pwned'">`;
const at: Record<Who, Page> & { scene: Scene; device: string; person: string } = {} as never;

type Who = 'visitor' | 'admin' | 'owner' | 'renter' | 'strangeOwner' | 'strangeRenter';

test.describe.configure({ mode: 'serial' });

test.beforeAll(async ({ browser }) => {
  for (const role of ['admin', 'owner', 'renter'] as const) at[role] = await signedIn(browser, role);
  at.scene = await layScene();
  at.strangeOwner = await signedInAs(browser, at.scene.people.owner);
  at.strangeRenter = await signedInAs(browser, at.scene.people.renter);
  at.visitor = await (await browser.newContext()).newPage();
});

test.afterAll(clearScene);

test('people may write markup wherever they may write', async () => {
  const { admin, owner, renter } = at;
  await renter.goto('/settings');
  await renter.getByRole('form', { name: 'Profile' }).getByLabel('Name').fill(markup);
  await renter.getByRole('form', { name: 'Profile' }).getByRole('button', { name: 'Save' }).click();
  await renter.getByText('Saved.').waitFor();
  await renter.getByLabel('Public key').fill(`${newPublicKey()} ${markup.replace('x', 'y')}`);
  await renter.getByRole('button', { name: 'Add key' }).click();
  await renter.getByText('Added.').waitFor();

  await registerDevice(owner, markup);
  at.device = new URL(owner.url()).pathname;

  await admin.goto('/admin/users?search=renter');
  await admin.getByRole('link', { name: markup }).click();
  await admin.getByLabel('Amount').fill('1');
  await admin.getByLabel('Reason').first().fill(markup);
  await admin.getByRole('button', { name: 'Credit', exact: true }).click();
  await admin.getByText('Credited.').waitFor();
  at.person = new URL(admin.url()).pathname;
});

const ofHardware = ['model', 'kernel', 'tried', 'seen', 'fix'].map(marked);
const shown: [who: Who, path: () => string, texts?: string[]][] = [
  // Settings show the name in a field, and the comment of the key as text.
  ['renter', () => '/settings', [markup.replace('x', 'y')]],
  ['renter', () => '/wallet'],
  ['owner', () => '/my/devices'],
  ['owner', () => at.device],
  ['admin', () => '/admin/users?search=renter'],
  ['admin', () => at.person],
  ['admin', () => '/admin/devices'],
  ['admin', () => '/admin/audit'],
  ['visitor', () => '/?country=IS', [marked('model')]],
  ['visitor', () => `/devices/${at.scene.devices.strange}`, ofHardware],
  ['strangeOwner', () => '/my/devices', [marked('model')]],
  ['strangeOwner', () => `/my/devices/${at.scene.devices.strange}`, ofHardware],
  ['strangeRenter', () => '/rentals', [marked('model')]],
  ['strangeRenter', () => `/rentals/${at.scene.rentals.strange}`, [marked('model'), marked('step')]],
  ['admin', () => '/admin/devices', [marked('problem')]],
];

test('on every page that shows it, markup of people and of their devices is text', async () => {
  for (const [who, path, texts = [markup]] of shown) {
    const page = at[who];
    await page.goto(path());
    await page.locator('details').evaluateAll((all) => {
      for (const details of all) details.setAttribute('open', '');
    });
    for (const text of texts) await expect(page.getByText(text).first(), `${text} on ${path()}`).toBeVisible();
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
