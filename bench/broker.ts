import { mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { type Browser, chromium, type Page } from '@playwright/test';
import pg from 'pg';
import { placesOf } from '../lib/config/places.ts';
import playwright from '../playwright.config.ts';
import { ensureEngine } from '../scripts/docker-engine.ts';
import { runScript } from '../scripts/local/programs.ts';
import { forgetBroker, launchBroker, type TestBroker } from '../scripts/testing/broker.ts';
import { removeDevice } from '../scripts/testing/kill.ts';
import { signedIn } from '../scripts/testing/people.ts';
import { shOk } from '../scripts/testing/terminal.ts';

const settings: TestBroker = {
  instance: 'bench',
  url: 'http://localhost:3400',
  ports: { web: 3400, ssh: 3422, sshd: 3423, http: 3480, https: 3443, first: 31200, last: 31399 },
  places: placesOf(process.cwd(), 'bench'),
};

/** The container in which the broker's device runs. */
export const benchAgent = 'rpibroker-agent-bench';

/** A whole broker with this machine as its device, and a renter with money and a saved key in front of a browser. */
export type BenchBroker = {
  /** How long the broker's first and its second start took until it said that it is ready. */
  startSeconds: { first: number; second: number };
  database: pg.Client;
  renter: Page;
  keyFile: string;
  /** The page of the device, once it is on the market. */
  listing: string;
};

/** Runs `work` with such a broker and leaves nothing of it behind. */
export async function withBroker(work: (broker: BenchBroker) => Promise<void>) {
  const parts = new AsyncDisposableStack();
  try {
    await work(await prepare(parts));
  } finally {
    await parts.disposeAsync();
  }
}

async function prepare(parts: AsyncDisposableStack): Promise<BenchBroker> {
  const engine = await ensureEngine();
  parts.defer(engine.stop);
  const folder = await mkdtemp('/tmp/rpibroker-bench-');
  parts.defer(() => rm(folder, { recursive: true }));
  parts.defer(() => removeDevice(benchAgent));
  parts.defer(() => forgetBroker(settings));
  const startSeconds = await startTwice(parts);

  const DATABASE_URL = `postgresql://rpibroker@${encodeURIComponent(join(settings.places.run, 'postgres'))}/postgres`;
  const database = new pg.Client({ connectionString: DATABASE_URL });
  await database.connect();
  parts.defer(() => database.end());
  await runScript({ DATABASE_URL }, 'bench/fund.ts', 'renter@rpibroker.localhost');

  const browser = await chromium.launch(playwright.use?.launchOptions ?? {});
  parts.defer(() => browser.close());
  const keyFile = join(folder, 'key');
  await shOk(`ssh-keygen -q -t ed25519 -N '' -C bench -f ${keyFile}`);
  const renter = await renterWithKey(browser, keyFile);
  return { startSeconds, database, renter, keyFile, listing: await findListing(renter) };
}

/** Starts the broker, ends it, starts it again; answers how long the starts took. */
async function startTwice(parts: AsyncDisposableStack): Promise<BenchBroker['startSeconds']> {
  await removeDevice(benchAgent);
  await forgetBroker(settings);
  const [first, endFirst] = await timeStart();
  await endFirst();
  const [second, endSecond] = await timeStart();
  parts.defer(endSecond);
  return { first, second };
}

async function timeStart() {
  const begun = performance.now();
  const end = await launchBroker(settings);
  return [(performance.now() - begun) / 1000, end] as const;
}

async function renterWithKey(browser: Browser, keyFile: string): Promise<Page> {
  const renter = await signedIn(browser, 'renter', settings);
  await renter.goto(`${settings.url}/settings`);
  await renter.getByLabel('Public key').fill(await shOk(`cat ${keyFile}.pub`));
  await renter.getByRole('button', { name: /Add/ }).click();
  await renter.getByText('bench', { exact: true }).first().waitFor();
  return renter;
}

/** Waits until the device has been verified, then goes where it can be rented. */
async function findListing(renter: Page): Promise<string> {
  const device = renter.getByRole('link', { name: /./ }).and(renter.locator('[href^="/devices/"]')).first();
  for (const deadline = Date.now() + 300_000; Date.now() < deadline; ) {
    await renter.goto(settings.url);
    const found = await device.waitFor({ timeout: 3000 }).then(
      () => true,
      () => false,
    );
    if (found) break;
  }
  return new URL((await device.getAttribute('href')) ?? '', settings.url).href;
}
