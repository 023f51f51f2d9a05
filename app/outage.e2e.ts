import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, type Page, test } from '@playwright/test';
import pg from 'pg';
import { testBroker } from '../scripts/testing/broker.ts';
import { signedInAs } from '../scripts/testing/people.ts';
import type { Scene } from '../scripts/testing/scene.ts';
import { clearScene, layScene } from '../scripts/testing/stage.ts';

const at: { scene: Scene; renter: Page } = {} as never;

test.beforeAll(async ({ browser }) => {
  at.scene = await layScene();
  at.renter = await signedInAs(browser, at.scene.people.renter);
});

test.afterAll(clearScene);

/** Cuts every connection to the database and lets no new one in, until disposed of. */
async function takeDatabaseAway(): Promise<AsyncDisposable> {
  const socket = join(testBroker.places.run, 'postgres');
  const pid = Number.parseInt(await readFile(join(socket, '.s.PGSQL.5432.lock'), 'utf8'), 10);
  const last = new pg.Client({ host: socket, user: 'rpibroker', database: 'postgres' });
  await last.connect();
  process.kill(pid, 'SIGSTOP');
  await last.query(`
    select pg_terminate_backend(pid) from pg_stat_activity
    where backend_type = 'client backend' and pid <> pg_backend_pid()`);
  return {
    async [Symbol.asyncDispose]() {
      process.kill(pid, 'SIGCONT');
      await last.end();
    },
  };
}

test('while the database is away whoever wants to rent is told so and pays nothing, and rents when it is back', async () => {
  const { renter, scene } = at;
  const rent = renter.getByRole('button', { name: /^Agree to contract/ });
  const rentals = async () => {
    await renter.goto('/rentals');
    return renter.locator('main').textContent();
  };
  const before = await rentals();
  await renter.goto(`/devices/${scene.devices.ready}`);
  {
    await using _ = await takeDatabaseAway();
    const [answer] = await Promise.all([
      renter.waitForResponse((response) => 'next-action' in response.request().headers()),
      rent.click(),
    ]);
    expect(answer.status()).toBe(503);
    await expect(renter.getByText('Something we depend on is away for a moment. Please try again.')).toBeVisible();
    expect((await renter.request.get('/api/health')).status()).toBe(503);
  }
  expect(await rentals()).toBe(before);
  await renter.goto(`/devices/${scene.devices.ready}`);
  await rent.click();
  await renter.waitForURL(/\/rentals\/[0-9a-f-]{36}$/);
});

test('while the database is away a page that needs it answers 503 and when to come again, to visitors and members', async ({
  request: visitor,
}) => {
  const { renter, scene } = at;
  const ask = () => Promise.all([visitor.get('/'), renter.request.get(`/devices/${scene.devices.ready}`)]);
  {
    await using _ = await takeDatabaseAway();
    for (const answer of await ask()) {
      expect(answer.status(), answer.url()).toBe(503);
      expect(answer.headers()['retry-after'], answer.url()).toBe('5');
    }
  }
  for (const answer of await ask()) expect(answer.status(), answer.url()).toBe(200);
});
