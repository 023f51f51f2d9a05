import { type ConsoleMessage, expect, type Page, test } from '@playwright/test';
import axe from 'axe-core';
import { registerDevice, signedIn, signedInAs } from '../scripts/testing/people.ts';
import type { Scene } from '../scripts/testing/scene.ts';
import { clearScene, layScene } from '../scripts/testing/stage.ts';

const wide = { width: 1280, height: 900 };
const narrow = { width: 360, height: 740 };
const at: { scene: Scene; complaints: string[] } & Record<Who, Page> = { complaints: [] } as never;

type Who = 'visitor' | 'newcomer' | 'renter' | 'payer' | 'owner' | 'admin';

/** Every page of the product in every state that looks different, by who looks at it. */
const views: Record<Who, Record<string, string | ((scene: Scene) => string)>> = {
  visitor: {
    'the market': '/',
    'the market with nothing that matches': '/?country=AQ&price=0.0001',
    'the market with filters that make no sense': '/?price=free&memory=many&sort=beauty',
    'a listing': ({ devices }) => `/devices/${devices.ready}`,
    'a listing that is rented': ({ devices }) => `/devices/${devices.active}`,
    'a listing that is offline': ({ devices }) => `/devices/${devices.offline}`,
    'the way in': '/sign-in',
    'the way to an account': '/sign-up',
    'a forgotten password': '/forgot',
    'a link to a new password': '/reset?token=none',
    'a link that confirms an address': '/verify?token=none',
    'the contract': '/contract',
    'the mailbox of local mode': '/mailbox',
    'a page that does not exist': '/nothing-here',
  },
  newcomer: {
    'a listing to rent with an address that is not confirmed': ({ devices }) => `/devices/${devices.ready}`,
    'the way to confirm it': '/verify',
    'an empty wallet': '/wallet',
  },
  renter: {
    'a listing to rent': ({ devices }) => `/devices/${devices.ready}`,
    rentals: '/rentals',
    'no devices of one’s own': '/my/devices',
    'no payouts yet': '/my/payouts',
    'a wallet that pays': '/wallet',
    'papers of a renter': '/wallet/papers',
    'a receipt': ({ papers }) => `/wallet/papers/${papers.receipt}`,
    'a statement of several pages': ({ papers }) => `/wallet/papers/${papers.statement}`,
    'its last lines': ({ papers }) => `/wallet/papers/${papers.statement}?page=3`,
    'automatic top-ups and alerts': '/wallet/automatic',
    settings: '/settings',
    'the question for the password': '/confirm?next=/settings',
    ...everyOne('rental', ['preparing', 'active', 'interrupted', 'suspended', 'ended', 'cancelled']),
  },
  payer: {
    'a wallet that was topped up': '/wallet',
    'top-ups in every state': '/wallet/top-ups',
    ...everyOne('top-up', ['created', 'pending', 'processing', 'requiresAction', 'succeeded', 'failed', 'expired']),
    ...everyOne('top-up', ['cancelled', 'partiallyRefunded', 'refunded', 'reorged']),
    ...everyOne('top-up', ['disputed', 'disputeWon', 'disputeLost']),
  },
  owner: {
    devices: '/my/devices',
    'a new device': '/my/devices/new',
    'no rentals of one’s own': '/rentals',
    'a wallet that earns': '/wallet',
    'an earnings statement': ({ papers }) => `/wallet/papers/${papers.earnings}`,
    'somebody else’s paper': ({ papers }) => `/wallet/papers/${papers.receipt}`,
    'payouts in every state': '/my/payouts',
    ...everyOne('device', ['awaiting', 'verifying', 'ready', 'unlisted', 'offline', 'stopped', 'rejected']),
    ...everyOne('device', ['wiping', 'quarantined', 'retired', 'active', 'interrupted']),
    ...everyOne('rental', ['active', 'suspended', 'ended']),
  },
  admin: {
    'the overview of admins': '/admin',
    'refunds by hand': '/admin/refunds',
    everybody: '/admin/users',
    somebody: ({ people }) => `/admin/users/${people.renter.id}`,
    'somebody’s papers': ({ people }) => `/admin/users/${people.renter.id}/papers`,
    'a paper of somebody': ({ papers }) => `/wallet/papers/${papers.receipt}`,
    'a statement of somebody': ({ papers }) => `/wallet/papers/${papers.earnings}`,
    'no papers of one’s own': '/wallet/papers',
    'all devices': '/admin/devices',
    'all rentals': '/admin/rentals',
    'all payouts': '/admin/payouts',
    'the books': '/admin/ledger',
    'the promises of the books': '/admin/ledger?check',
    'the money desk': '/admin/money',
    'what providers told us': '/admin/money/webhooks',
    'what providers told us and nobody could work on': '/admin/money/webhooks?state=dead',
    'one webhook': ({ webhook }) => `/admin/money/webhooks/${webhook}`,
    'money that nobody can be matched to': '/admin/money/unapplied',
    'money that was decided about': '/admin/money/unapplied?state=resolved',
    'what differs from what providers say': '/admin/money/reconciliations',
    'a rental with charges to give back': ({ rentals }) => `/admin/rentals/${rentals.ended}`,
    'the audit log': '/admin/audit',
    'the settings of the broker': '/admin/settings',
    ...everyOne('rental', ['active', 'ended']),
  },
};

function everyOne(noun: 'device' | 'rental' | 'top-up', names: string[]) {
  const paths = {
    device: ({ devices }: Scene, name: string) => `/my/devices/${devices[name]}`,
    rental: ({ rentals }: Scene, name: string) => `/rentals/${rentals[name]}`,
    'top-up': ({ topUps }: Scene, name: string) => `/wallet/top-ups/${topUps[name]}`,
  };
  const path = (name: string) => (scene: Scene) => paths[noun](scene, name);
  return Object.fromEntries(names.map((name) => [`a ${noun} in the state “${name}”`, path(name)]));
}

test.beforeAll(async ({ browser }) => {
  at.scene = await layScene();
  at.visitor = await (await browser.newContext()).newPage();
  at.newcomer = await signedInAs(browser, at.scene.newcomer);
  at.renter = await signedInAs(browser, at.scene.people.renter);
  at.payer = await signedInAs(browser, at.scene.payer);
  at.owner = await signedInAs(browser, at.scene.people.owner);
  at.admin = await signedIn(browser, 'admin');
  for (const page of [at.visitor, at.newcomer, at.renter, at.payer, at.owner, at.admin]) {
    page.on('console', (message) => isComplaint(message, page) && at.complaints.push(message.text()));
    page.on('pageerror', (error) => at.complaints.push(String(error)));
  }
});

test.afterAll(clearScene);

/** What a browser complains about: scripts, styles, policies, hydration; not that a page itself was not found. */
function isComplaint(message: ConsoleMessage, page: Page): boolean {
  return ['error', 'warning'].includes(message.type()) && message.location().url !== page.url();
}

for (const [who, paths] of Object.entries(views) as [Who, (typeof views)[Who]][]) {
  for (const [name, path] of Object.entries(paths)) {
    test(`${name} suits every screen and everybody, as ${who}`, async () => {
      const page = at[who];
      await page.setViewportSize(wide);
      await page.goto(typeof path === 'string' ? path : path(at.scene));
      await expectHydrated(page);
      await expect(page).toHaveTitle(/\S+ · rpibroker$/);
      await expect(page.getByRole('heading', { level: 1 })).toHaveCount(1);
      await expectFit(page);
    });
  }
}

test('a form with problems suits every screen and everybody', async () => {
  const page = at.visitor;
  await page.goto('/sign-up');
  await page.getByLabel('Name').fill('Ada');
  await page.getByLabel('E-mail address').fill('ada@example.test');
  await page.getByLabel('Password', { exact: true }).fill('short');
  await page.getByRole('button', { name: 'Open an account' }).click();
  await expect(page.getByText('Please use at least 10 characters.')).toBeVisible();
  await expectFit(page);
});

test('a key that is shown once, with all ways to use it, suits every screen and everybody', async () => {
  const page = at.owner;
  await registerDevice(page, 'Just registered');
  await page.getByText('Or with Docker alone').click();
  await expect(page.getByRole('figure', { name: /^Docker commands/ }).first()).toBeVisible();
  await expectFit(page);
});

test('the question before something is ended suits every screen and everybody', async () => {
  const page = at.renter;
  await page.goto(`/rentals/${at.scene.rentals.active}`);
  await page.getByRole('button', { name: 'Stop' }).click();
  await expect(page.getByRole('alertdialog')).toBeVisible();
  await expectFit(page);
  await page.keyboard.press('Escape');
  await expect(page.getByRole('alertdialog')).toBeHidden();
  await expect(page.getByRole('button', { name: 'Stop' })).toBeFocused();
});

test('the menu of a narrow screen suits everybody, and leads somewhere', async () => {
  const page = at.owner;
  await page.setViewportSize(narrow);
  await page.goto('/');
  await expectHydrated(page);
  await page.getByRole('button', { name: 'Menu' }).click();
  await expect(page.getByRole('menu')).toBeVisible();
  await expectAccessible(page);
  await page.getByRole('menuitem', { name: 'My devices' }).click();
  await expect(page.getByRole('heading', { level: 1, name: 'My devices' })).toBeVisible();
});

/** React has taken over what the server sent, and said so if it differed. */
async function expectHydrated(page: Page) {
  const tookOver = () => Object.keys(document.querySelector('footer a') ?? {}).some((key) => key.startsWith('__react'));
  await page.waitForFunction(tookOver);
}

/** Nothing to complain about: wide by day, and narrow by night. */
async function expectFit(page: Page) {
  for (const [viewport, colorScheme] of [[wide, 'light'] as const, [narrow, 'dark'] as const]) {
    await page.setViewportSize(viewport);
    // Colours that fade into those of the other scheme are, half-way, nobody's choice.
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
    await expectAccessible(page);
    const found = await page.evaluate(() => ({
      tooWide: document.documentElement.scrollWidth - document.documentElement.clientWidth,
      moving: document.getAnimations().length,
    }));
    expect(found.tooWide, 'pixels to scroll sideways').toBeLessThanOrEqual(0);
    expect(found.moving, 'what moves, although nothing should').toBe(0);
  }
  expect(at.complaints.splice(0)).toEqual([]);
}

async function expectAccessible(page: Page) {
  if (await page.evaluate(() => !('axe' in window))) await page.evaluate(axe.source);
  // Without style sheets: only a rule that is off by default wants them, for how a screen is turned.
  const options = { resultTypes: ['violations' as const], preload: false };
  const { violations } = await page.evaluate((options) => axe.run(document, options), options);
  const grave = violations.filter(({ impact }) => impact === 'serious' || impact === 'critical');
  expect(grave.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' ')}`)).toEqual([]);
}
