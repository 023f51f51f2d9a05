import { expect, type Page, test } from '@playwright/test';
import { signedInAs } from '../scripts/testing/people.ts';
import type { Scene } from '../scripts/testing/scene.ts';
import { clearScene, layScene } from '../scripts/testing/stage.ts';

const at: { scene: Scene; owner: Page } = {} as never;

test.beforeAll(async ({ browser }) => {
  at.scene = await layScene();
  at.owner = await signedInAs(browser, at.scene.people.owner);
});

test.afterAll(clearScene);

test('an owner renames a device and corrects its country, and the market shows both', async ({ page: visitor }) => {
  const { owner, scene } = at;
  await owner.goto(`/my/devices/${scene.devices.ready}`);
  const form = owner.getByRole('form', { name: 'Name and place' });
  await form.getByLabel('Name').fill('Pi under the stairs');
  await form.getByLabel('Country').selectOption('IS');
  await form.getByRole('button', { name: 'Change name and place' }).click();
  await expect(form.getByText('Changed.')).toBeVisible();
  await expect(owner.getByRole('heading', { level: 1 })).toHaveText('Pi under the stairs');
  await expect(owner.getByText(/^Its name or place was changed: from .* to Pi under the stairs \(IS\)$/)).toBeVisible();

  await visitor.goto(`/devices/${scene.devices.ready}`);
  await expect(visitor.getByRole('heading', { level: 1 })).toHaveText('Pi under the stairs');
  await expect(visitor.locator('main')).toContainText('Iceland');
});

test('a device that is rented may be renamed, and its owner reads why it cannot move to another country', async () => {
  const { owner, scene } = at;
  await owner.goto(`/my/devices/${scene.devices.active}`);
  const form = owner.getByRole('form', { name: 'Name and place' });
  await form.getByLabel('Country').selectOption('IS');
  await form.getByRole('button', { name: 'Change name and place' }).click();
  await expect(form.getByText(/^The device is in use/)).toBeVisible();
  await expect(form.getByLabel('Country')).toHaveAttribute('aria-invalid', 'true');
});

test('an owner changes the rate and takes a device off the market, and it is gone for visitors', async ({
  page: visitor,
}) => {
  const { owner, scene } = at;
  await owner.goto(`/my/devices/${scene.devices.small}`);
  await owner.getByLabel('Hourly rate').fill('100.01');
  await owner.getByRole('button', { name: 'Change the rate' }).click();
  await expect(owner.getByText('An amount from $0.0001 to $100 an hour, with at most six decimals.')).toBeVisible();
  await owner.getByLabel('Hourly rate').fill('0.0123');
  await owner.getByRole('button', { name: 'Change the rate' }).click();
  await expect(owner.getByText('Changed. A rental that runs now keeps its rate.')).toBeVisible();

  const listing = `/devices/${scene.devices.small}`;
  await visitor.goto(listing);
  await expect(visitor.locator('main')).toContainText('$0.0123');
  await owner.getByRole('button', { name: 'Take it off the market' }).click();
  await expect(owner.getByRole('button', { name: 'List it on the market' })).toBeVisible();
  expect((await visitor.goto(listing))?.status()).toBe(404);
});
