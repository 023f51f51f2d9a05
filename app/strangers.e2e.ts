import { expect, type Page, type Request, test } from '@playwright/test';
import { access, addressOf } from '../lib/web/testing-access.ts';
import { testBroker } from '../scripts/testing/broker.ts';
import { signedIn, signedInAs } from '../scripts/testing/people.ts';
import type { Scene } from '../scripts/testing/scene.ts';
import { clearScene, layScene } from '../scripts/testing/stage.ts';

const at: { scene: Scene } & Record<Who, Page> = {} as never;
type Who = 'admin' | 'renter' | 'owner' | 'otherRenter' | 'otherOwner' | 'visitor';

/** Whose name, address, rentals and devices nobody else may read. */
const theirs = /Nakamura|@example\.test|amber-\w|Workshop|Hallway|Old router|Loft|The first one/;
const notOffered = ['awaiting', 'unlisted', 'stopped', 'rejected', 'quarantined', 'retired'];

test.beforeAll(async ({ browser }) => {
  at.scene = await layScene();
  at.renter = await signedInAs(browser, at.scene.people.renter);
  at.owner = await signedInAs(browser, at.scene.people.owner);
  at.otherRenter = await signedIn(browser, 'renter');
  at.otherOwner = await signedIn(browser, 'owner');
  at.admin = await signedIn(browser, 'admin');
  at.visitor = await (await browser.newContext()).newPage();
});

test.afterAll(clearScene);

/** The addresses of every page and endpoint about one thing of theirs, and of the stream of its changes. */
function addresses(noun: 'rental' | 'device', id = ''): string[] {
  const files = Object.keys(access).filter((file) => file.includes(`[${noun}Id]`));
  return [...files.map((file) => addressOf(file, id)), `/api/live?topic=${noun}:${id}`];
}

const rentals = () => Object.values(at.scene.rentals).flatMap((id) => addresses('rental', id));
const devices = () => notOffered.flatMap((name) => addresses('device', at.scene.devices[name]));

async function get(who: Who, path: string, headers: Record<string, string> = {}) {
  const answer = await at[who].request.get(path, { headers, maxRedirects: 0, timeout: 10_000 });
  return { status: answer.status(), body: await answer.text() };
}

/** The bytes of a stream of changes as they arrive, until `hangUp`. */
async function listen(who: Who, topic: string) {
  const cookies = await at[who].context().cookies();
  const cookie = cookies.map(({ name, value }) => `${name}=${value}`).join('; ');
  const line = new AbortController();
  const { body } = await fetch(`${testBroker.url}/api/live?topic=${topic}`, {
    headers: { cookie },
    signal: line.signal,
  });
  const heard = { text: '' };
  const listening = (async () => {
    for await (const chunk of body ?? []) heard.text += new TextDecoder().decode(chunk);
  })();
  return {
    heard: () => heard.text,
    async hangUp() {
      line.abort();
      await expect(listening).rejects.toThrow('aborted');
    },
  };
}

test('what is theirs is there for them', async () => {
  const { scene } = at;
  for (const who of ['renter', 'owner'] as const) {
    const own = addresses('rental', scene.rentals.active).filter((path) => !path.startsWith('/admin'));
    const [page = '', proofs = ''] = own;
    expect(await get(who, page)).toMatchObject({ status: 200, body: expect.stringMatching(/amber-active/) });
    expect(await get(who, proofs)).toMatchObject({ status: 200, body: expect.stringMatching(/^from,to,.*\r\n20/) });
  }
  const workshop = await get('owner', `/my/devices/${scene.devices.unlisted}`);
  expect(workshop).toMatchObject({ status: 200, body: expect.stringMatching(/Workshop/) });
});

for (const who of ['otherRenter', 'otherOwner'] as const) {
  test(`nothing of a rental or a device that is not offered is there for strangers: ${who}`, async () => {
    for (const path of [...rentals(), ...devices()]) {
      const { status, body } = await get(who, path);
      expect([path, status, theirs.exec(body)]).toEqual([path, 404, null]);
      expect(theirs.exec((await get(who, path, { rsc: '1' })).body), `data of ${path}`).toBeNull();
    }
  });
}

test('visitors are sent away from all of it', async () => {
  for (const path of [...rentals(), ...devices()]) {
    const { status, body } = await get('visitor', path);
    expect([307, 401, 404], path).toContain(status);
    expect(theirs.exec(body), path).toBeNull();
    expect(theirs.exec((await get('visitor', path, { rsc: '1' })).body), `data of ${path}`).toBeNull();
  }
});

test('the lists of strangers hold nothing of theirs', async () => {
  for (const who of ['otherRenter', 'otherOwner'] as const) {
    for (const path of ['/rentals', '/my/devices', '/wallet', '/settings']) {
      const { status, body } = await get(who, path);
      expect([path, status, theirs.exec(body)]).toEqual([path, 200, null]);
    }
  }
});

type Deed = {
  who: Who;
  path: () => string;
  send: (page: Page) => Promise<void>;
  done: string;
  seen?: { by: Who; path: string };
};

/** Deeds on things of theirs: who may do them where, how, and the words once they are done, there or elsewhere. */
const deeds: Record<string, Deed> = {
  'stopping a rental': {
    who: 'renter',
    path: () => `/rentals/${at.scene.rentals.active}`,
    async send(page) {
      await page.getByRole('button', { name: 'Stop' }).click();
      await page.getByRole('button', { name: 'Stop and destroy the disk' }).click();
    },
    done: 'Receipt',
  },
  'changing a rate': {
    who: 'owner',
    path: () => `/my/devices/${at.scene.devices.small}`,
    async send(page) {
      await page.getByLabel('Hourly rate').fill('0.777');
      await page.getByRole('button', { name: 'Change the rate' }).click();
    },
    done: '$0.777',
  },
  'crediting a wallet': {
    who: 'admin',
    path: () => `/admin/users/${at.scene.people.renter.id}`,
    async send(page) {
      await page.getByLabel('Amount').fill('7');
      await page.getByLabel('Reason').first().fill('A gift for a stranger');
      await page.getByRole('button', { name: 'Credit', exact: true }).click();
    },
    done: 'A gift for a stranger',
    seen: { by: 'renter', path: '/wallet' },
  },
};

/** The request of a form, caught before it arrives. */
async function caught(page: Page, send: (page: Page) => Promise<void>): Promise<Request> {
  const isSent = (request: Request) => 'next-action' in request.headers();
  await page.route('**', (route) => (isSent(route.request()) ? route.abort() : route.continue()));
  // Not when it is sent: taking the net away before the request has failed would let it through.
  const [request] = await Promise.all([page.waitForEvent('requestfailed', isSent), send(page)]);
  await page.unrouteAll();
  return request;
}

async function replay(who: Who, sent: Request) {
  const { 'next-action': action = '', 'content-type': type = '' } = sent.headers();
  const headers = { 'next-action': action, 'content-type': type, origin: testBroker.url };
  await at[who].request.post(sent.url(), { headers, data: sent.postDataBuffer() ?? '', maxRedirects: 0 });
}

for (const [name, { who, path, send, done, seen }] of Object.entries(deeds)) {
  test(`${name} does nothing when somebody else sends the very same`, async () => {
    const words = async () => {
      const eyes = at[seen?.by ?? who];
      await eyes.goto(seen?.path ?? path());
      return eyes.locator('main').textContent();
    };
    expect(await words()).not.toContain(done);
    await at[who].goto(path());
    const sent = await caught(at[who], send);
    for (const stranger of ['visitor', 'otherRenter', 'otherOwner'] as const) {
      await replay(stranger, sent);
      expect(await words(), stranger).not.toContain(done);
    }
    await replay(who, sent);
    expect(await words()).toContain(done);
  });
}

test('a stranger’s stream is silent about what changes for others', async () => {
  const own = await listen('owner', 'devices');
  const strange = await listen('otherRenter', 'devices');
  for (const stream of [own, strange]) await expect.poll(stream.heard).toContain('retry');
  const before = own.heard().length;

  await at.owner.goto(`/my/devices/${at.scene.devices.unlisted}`);
  await at.owner.getByRole('button', { name: 'List it on the market' }).click();
  await expect.poll(() => own.heard().slice(before)).toContain('event: changed');
  expect(strange.heard()).not.toContain('event');
  await Promise.all([own.hangUp(), strange.hangUp()]);
});
