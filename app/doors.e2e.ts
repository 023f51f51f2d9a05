import { request as send } from 'node:http';
import { type APIRequestContext, expect, type Page, test } from '@playwright/test';
import { access, addressOf, type Who } from '../lib/web/testing-access.ts';
import { testBroker } from '../scripts/testing/broker.ts';
import { registerDevice, signedIn } from '../scripts/testing/people.ts';

const nobodysId = '01900000-0000-7000-8000-000000000000';
const people: Record<string, APIRequestContext> = {};
const pages: Record<string, Page> = {};

test.beforeAll(async ({ browser }) => {
  for (const role of ['admin', 'owner', 'renter'] as const) {
    pages[role] = await signedIn(browser, role);
    people[role] = pages[role].request;
  }
  people.visitor = (await browser.newContext()).request;
});

const byRule = (who: Who) => Object.keys(access).filter((file) => access[file] === who);

/** A page sends visitors to sign in; an endpoint, which nobody looks at, tells them. */
const turnedAway = (file: string) => (file.endsWith('page.tsx') ? 307 : 401);

async function statusOf(role: string, path: string, headers: Record<string, string> = {}) {
  const answer = await people[role]?.get(path, { headers, maxRedirects: 0 });
  return { status: answer?.status() ?? 0, body: (await answer?.text()) ?? '' };
}

for (const file of byRule('member')) {
  const path = addressOf(file, nobodysId);
  test(`${path} sends a visitor away`, async () => {
    expect((await statusOf('visitor', path)).status).toBe(turnedAway(file));
  });
}

for (const file of byRule('admin')) {
  const path = addressOf(file, nobodysId);
  test(`${path} is there for admins alone`, async () => {
    expect((await statusOf('visitor', path)).status).toBe(turnedAway(file));
    for (const role of ['renter', 'owner']) expect((await statusOf(role, path)).status).toBe(404);
    expect((await statusOf('admin', path)).status).toBe(path.includes(nobodysId) ? 404 : 200);
  });
}

test('agents’ doors open to no cookie, only to a token', async () => {
  for (const file of byRule('agent')) {
    const answer = await people.admin?.post(addressOf(file, nobodysId), { data: { protocol: 1 } });
    expect([400, 401]).toContain(answer?.status());
  }
});

const tricks: Record<string, [path: string, headers: Record<string, string>]> = {
  'asking for data instead of the page': ['/admin/users', { rsc: '1' }],
  'asking for a segment ahead': ['/admin/users', { rsc: '1', 'next-router-segment-prefetch': '/_tree' }],
  'claiming to be a request of our own proxy': ['/admin/users', { 'x-middleware-subrequest': 'proxy:proxy:proxy' }],
  'writing the path in percent signs': ['/%61dmin/users', {}],
  'asking for the data file': ['/admin/users.rsc', {}],
};

for (const [name, [path, headers]] of Object.entries(tricks)) {
  test(`${name} shows nobody what only admins may see`, async () => {
    expect((await statusOf('admin', '/admin/users')).body).toContain('owner@rpibroker.localhost');
    for (const role of ['visitor', 'renter']) {
      expect((await statusOf(role, path, headers)).body).not.toContain('owner@rpibroker.localhost');
    }
  });
}

test('somebody else’s device is not there, whatever one asks for it', async () => {
  const owner = pages.owner as Page;
  await registerDevice(owner, '<img src=x onerror=alert(1)>');
  const id = new URL(owner.url()).pathname.split('/').at(-1);

  for (const path of [`/my/devices/${id}`, `/api/live?topic=device:${id}`]) {
    expect((await statusOf('renter', path)).status).toBe(404);
  }
  expect((await statusOf('renter', `/devices/${id}`)).status).toBe(404);
  await expect(owner.getByText('<img src=x onerror=alert(1)>').first()).toBeVisible();
});

test('a form counts only when it comes from our own page', async () => {
  const page = pages.renter as Page;
  await page.goto('/settings');
  await page.getByLabel('Name', { exact: true }).first().fill('Renter again');
  const [sent] = await Promise.all([
    page.waitForRequest((request) => 'next-action' in request.headers()),
    page.getByRole('form', { name: 'Profile' }).getByRole('button', { name: 'Save' }).click(),
  ]);
  await page.getByText('Saved.').waitFor();

  const { 'next-action': action = '', 'content-type': type = '' } = sent.headers();
  const cookie = (await page.context().cookies()).map(({ name, value }) => `${name}=${value}`).join('; ');
  const body = Buffer.from(
    sent.postDataBuffer()?.toString('latin1').replace('Renter again', 'Mallory') ?? '',
    'latin1',
  );
  const replay = (headers: Record<string, string>) =>
    new Promise<void>((resolve, reject) => {
      const all = { 'next-action': action, 'content-type': type, 'content-length': body.length, cookie, ...headers };
      send(`${testBroker.url}/settings`, { method: 'POST', headers: all }, (answer) =>
        answer.resume().on('end', resolve),
      )
        .on('error', reject)
        .end(body);
    });

  await replay({});
  await replay({ origin: 'null' });
  await replay({ origin: 'https://evil.example' });
  await replay({ origin: 'https://evil.example', 'x-forwarded-host': 'evil.example' });
  await replay({ origin: 'http://evil.example', host: 'evil.example' });
  await page.reload();
  await expect(page.getByLabel('Name', { exact: true }).first()).toHaveValue('Renter again');

  await replay({ origin: testBroker.url });
  await page.reload();
  await expect(page.getByLabel('Name', { exact: true }).first()).toHaveValue('Mallory');
});

test('letters of local mode are shown under our own name alone', async () => {
  const mailbox = (host: string) =>
    new Promise<number | undefined>((resolve, reject) => {
      send(`${testBroker.url}/mailbox`, { headers: { host } }, (answer) => {
        answer.resume();
        resolve(answer.statusCode);
      })
        .on('error', reject)
        .end();
    });
  expect(await mailbox(new URL(testBroker.url).host)).toBe(200);
  expect(await mailbox('evil.example')).toBe(404);
});

test('what belongs to somebody is kept by no cache on the way', async () => {
  for (const path of ['/wallet', '/rentals', '/settings', '/my/devices', '/admin/users']) {
    const answer = await people.admin?.get(path);
    expect(answer?.headers()['cache-control'], path).toMatch(/private|no-store/);
  }
});

test('signing in leads to no other site', async () => {
  for (const path of ['/api/auth/signin', '/api/auth/signout', '/api/auth/callback/credentials', '/api/auth/error']) {
    const answer = await people.visitor?.get(`${path}?callbackUrl=https://evil.example/`, { maxRedirects: 0 });
    expect(answer?.headers().location ?? '', path).not.toMatch(/^https:\/\/evil|^\/\//);
  }
});

for (const path of [
  '/devices/not-an-id',
  '/devices/%00',
  '/rentals/%27%20or%201=1',
  '/api/live?topic=rental:%00',
  '/images/..%2f..%2fpackage.json',
  '/images/%2e%2e/manifest.json',
  '/?sort=%00&page=-1&memory=1e309',
  '/admin/users?search=%00',
  '/%ff',
]) {
  test(`${path} is answered without a word of how the program is made`, async () => {
    for (const role of ['visitor', 'admin']) {
      const { status, body } = await statusOf(role, path);
      expect(status).toBeLessThan(500);
      expect(body).not.toMatch(/ at \S+ \(|node_modules|Failed query|"dependencies"|root:x:/);
    }
  });
}

test('an action that does not exist is refused, not stumbled over', async () => {
  const answer = await people.renter?.post('/settings', {
    headers: { 'next-action': '00'.repeat(21), origin: testBroker.url, 'content-type': 'text/plain' },
    data: '[{"__proto__":{"then":"$1:__proto__:then"}},"$F1","$B1"]',
  });
  expect(answer?.status()).toBeLessThan(500);
  expect(await answer?.text()).not.toMatch(/ at \S+ \(|node_modules/);
});

test('fields that a form does not have change nothing', async () => {
  const page = pages.renter as Page;
  await page.goto('/settings');
  const form = page.getByRole('form', { name: 'Profile' });
  await form.evaluate((element) => {
    for (const name of ['isAdmin', 'userId', 'emailVerifiedAt']) {
      element.append(Object.assign(document.createElement('input'), { name, value: 'true' }));
    }
  });
  await form.getByRole('button', { name: 'Save' }).click();
  await form.getByText('Saved.').waitFor();
  expect((await statusOf('renter', '/admin')).status).toBe(404);
});

test('the session’s cookie belongs to this host alone and is out of reach of scripts', async () => {
  const cookies = await (pages.renter as Page).context().cookies();
  for (const cookie of cookies) {
    expect(cookie).toMatchObject({ httpOnly: true, secure: true, sameSite: 'Lax', path: '/' });
    expect(cookie.name).toMatch(/^__Host-/);
  }
  expect(cookies.map(({ name }) => name)).toContain('__Host-session');
});

test('a script that gets into a page is not run, and is reported', async () => {
  const page = pages.renter as Page;
  await page.goto('/');
  const reported = page.waitForRequest((request) => request.url().endsWith('/api/csp-report'));
  await page.evaluate(() => {
    document.body.insertAdjacentHTML('beforeend', '<img src="data:," onerror="document.title=\'pwned\'">');
  });
  expect((await (await reported).response())?.status()).toBe(204);
  expect(await page.title()).not.toBe('pwned');
  expect((await page.request.get('/')).headers()['content-security-policy']).not.toMatch(/script-src[^;]*unsafe/);
});

for (const [name, trick] of Object.entries({
  'JSON that is none': '{"protocol":',
  'JSON nested too deep': '['.repeat(1000) + ']'.repeat(1000),
  'JSON that is too long': JSON.stringify('x'.repeat(300_000)),
})) {
  test(`an agent that sends ${name} is told so`, async () => {
    const answer = await people.visitor?.post('/api/agent/v1/register', {
      data: Buffer.from(trick),
      headers: { 'content-type': 'application/json' },
    });
    expect([400, 413]).toContain(answer?.status());
  });
}
