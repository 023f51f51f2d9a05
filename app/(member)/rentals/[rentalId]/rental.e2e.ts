import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, type Page, test } from '@playwright/test';
import { testBroker } from '../../../../scripts/testing/broker.ts';
import { cutDevice, healDevice, kill9, programs, removeDevice, testAgent } from '../../../../scripts/testing/kill.ts';
import { registerDevice, signedIn } from '../../../../scripts/testing/people.ts';
import {
  lastProof,
  provenStretches,
  proves,
  readAccess,
  type Shown,
  stopRental,
  terminalOf,
  visit,
} from '../../../../scripts/testing/rented.ts';
import { leaks, mailedToken, readLogs, registrationKey, secretsInUse } from '../../../../scripts/testing/secrets.ts';
import { inBackground, sh, shOk } from '../../../../scripts/testing/terminal.ts';

// One journey, on the real programs, from what the pages show: each step stands on those before it.
test.describe.configure({ mode: 'serial' });

const canary = `canary-${Date.now()}`;
const markup = `<img src=x onerror="document.title='pwned'">`;
const rate = 36_000n; // micro-dollars an hour: ten a second
const patient = { timeout: 120_000 };
const look = 1000; // milliseconds until Playwright looks again, beyond what is promised

const at: { owner: Page; renter: Page; admin: Page; listing: string; rental: string; shown: Shown; next: Shown } =
  {} as never;
/** When the cable was out, and when which program died, in milliseconds since 1970. */
const cut = { at: 0, healedAt: 0 };
const kills: { program: string; at: number }[] = [];
const terminals: Awaited<ReturnType<typeof terminalOf>>[] = [];
const keyFolder = `/tmp/${canary}`;
const keyFile = join(keyFolder, 'key');

test.beforeAll(async ({ browser }) => {
  await removeDevice();
  await shOk(`mkdir -p ${keyFolder} && ssh-keygen -q -t ed25519 -N '' -C '' -f ${keyFile}`);
  at.owner = await signedIn(browser, 'owner');
  at.renter = await signedIn(browser, 'renter');
  at.admin = await signedIn(browser, 'admin');
});

test.afterAll(async () => {
  await removeDevice();
  for (const folder of [keyFolder, ...terminals.map((terminal) => terminal.folder)])
    await rm(folder, { recursive: true });
});

test('an owner registers a device, pastes the shown command, and watches it reach the market', async () => {
  const { owner } = at;
  await registerDevice(owner, 'Kitchen Pi', '0.036');

  const command = await owner.getByRole('figure', { name: 'Install command' }).locator('code').textContent();
  await shOk(`export RPIBROKER_NAME=${testAgent}; ${command}`, { timeoutSeconds: 180 });
  const market = owner.getByRole('listitem').filter({ hasText: 'On the market' });
  await expect(market).toContainText(/\d\d:\d\d:\d\d/, { timeout: 240_000 });
  for (const stop of ['Agent seen', 'Tunnel open', 'Hardware measured', 'Proof through the relay']) {
    await expect(owner.getByRole('listitem').filter({ hasText: stop })).toContainText(/\d\d:\d\d:\d\d/);
  }
});

test('a key that was used registers no second device', async () => {
  const key = await registrationKey();
  const tunnelPublicKey = (await readFile(`${keyFile}.pub`, 'utf8')).split(' ').slice(0, 2).join(' ');
  const register = { protocol: 1, program: 'x', key, tunnelPublicKey, architecture: 'amd64', model: 'Thief' };
  const answer = await fetch(`${testBroker.url}/api/agent/v1/register`, {
    method: 'POST',
    body: JSON.stringify(register),
  });
  expect(answer.status).toBeGreaterThanOrEqual(400);
  expect(await answer.text()).not.toContain('deviceToken');
});

test('without money nothing can be rented, and an admin credits the wallet with a reason', async () => {
  const { renter, admin } = at;
  await renter.goto('/');
  await renter
    .getByRole('link', { name: /Kitchen Pi|EPYC|Intel|Processor/ })
    .first()
    .click();
  await renter.waitForURL(/\/devices\//);
  at.listing = renter.url();
  await expect(renter.getByText('Your wallet has too little')).toBeVisible();

  await admin.goto('/admin/users');
  await admin.getByRole('link', { name: 'Renter' }).click();
  await admin.getByLabel('Amount').fill('5');
  await admin.getByLabel('Reason').first().fill('Paid in cash at the meet-up');
  await admin.getByRole('button', { name: 'Credit', exact: true }).click();
  await expect(admin.getByText('Credited.')).toBeVisible();
  await renter.goto('/wallet');
  await expect(renter.getByText('Paid in cash at the meet-up')).toBeVisible();
});

test('a saved ssh key is installed, and one click rents the device', async () => {
  const { renter } = at;
  await renter.goto('/settings');
  await renter.getByLabel('Public key').fill(`${(await readFile(`${keyFile}.pub`, 'utf8')).trim()} ${markup}`);
  await renter.getByRole('button', { name: /Add/ }).click();
  await expect(renter.getByText(markup).first()).toBeVisible();

  await renter.goto(at.listing);
  await renter.getByRole('button', { name: /^Agree to contract v\d+ and rent for \$0\.036\/h$/ }).click();
  await renter.waitForURL(/\/rentals\//);
  at.rental = renter.url();
  at.shown = await readAccess(renter);
  terminals.push(await terminalOf(at.shown, keyFile));
});

test('the renter signs in with password and with key under strict host key checking, and becomes root', async () => {
  const [terminal] = terminals;
  expect(await terminal?.byPassword('whoami')).toMatchObject({ code: 0, output: at.shown.ssh.match(/(\S+)@/)?.[1] });
  expect(await terminal?.byKey('sudo id -u')).toMatchObject({ code: 0, output: '0' });
  const installed = (await readFile(`${keyFile}.pub`, 'utf8')).trim();
  expect(await terminal?.byKey('cat ~/.ssh/authorized_keys')).toMatchObject({ output: installed });
});

test('a file goes there and back unchanged, and apt-get installs a package', async () => {
  const [terminal] = terminals;
  const { folder = '', address = '' } = terminal ?? {};
  await shOk(`head -c 8388608 /dev/urandom > ${folder}/sent`);
  expect(await terminal?.copy(`${folder}/sent`, `${address}:`)).toMatchObject({ code: 0 });
  expect(await terminal?.copy(`${address}:sent`, `${folder}/returned`)).toMatchObject({ code: 0 });
  expect(await sh(`cmp ${folder}/sent ${folder}/returned`)).toMatchObject({ code: 0 });

  const install = 'sudo apt-get update -q && sudo apt-get install -y -q --no-install-recommends tree && tree --version';
  expect(await terminal?.byKey(install, { timeoutSeconds: 240 })).toMatchObject({ code: 0 });
});

test('a page on port 80 is read through the subdomain, over https too; pages explain what is missing', async () => {
  const [terminal] = terminals;
  const ca = join(testBroker.places.data, 'tls', 'authority.pem');
  expect((await visit(at.shown.http)).output).toMatch(/Nothing listens on port 80 yet[\s\S]*502$/);
  const unknown = at.shown.http.replace(/\/\/[^.]+/, '//nobody-nowhere-11');
  expect((await visit(unknown)).output).toMatch(/No rental has this name[\s\S]*404$/);

  await terminal?.byKey(`mkdir site && echo ${canary} > site/index.html`);
  await terminal?.byKey('cd site && sudo setsid -f python3 -m http.server 80 >/dev/null 2>&1 </dev/null');
  await expect.poll(async () => (await visit(at.shown.http)).output).toBe(`${canary}\n\n200`);
  expect((await visit(at.shown.https, { ca })).output).toBe(`${canary}\n\n200`);
  const { renter } = at;
  const site = await renter.context().newPage();
  await site.goto(at.shown.http);
  await expect(site.getByText(canary)).toBeVisible();
  await site.close();
});

test('a cut cable is noticed within 45 s and heals by itself, and the way in is back within 10 s', async () => {
  const { renter } = at;
  const [terminal] = terminals;
  await renter.goto(at.rental);
  await cutDevice();
  cut.at = Date.now();
  await expect(renter.getByText('Interrupted')).toBeVisible({ timeout: 45_000 + look });
  const noticedAt = Date.now();
  await expect(renter.getByText(/Not billed since/)).toBeVisible();
  // Proofs and sshd notice each for themselves; until sshd gives the tunnel up, a visitor waits in it.
  const left = 45_000 + look - (Date.now() - cut.at);
  const seen = async () => (await visit(at.shown.http)).output;
  await expect.poll(seen, { timeout: left, intervals: [look] }).toMatch(/The device is offline[\s\S]*503$/);

  cut.healedAt = Date.now();
  await healDevice();
  const read = async () => (await terminal?.byKey('cat site/index.html'))?.output;
  await expect.poll(read, { timeout: 10_000 + look, intervals: [look] }).toBe(canary);
  const took = { 'until noticed': noticedAt - cut.at, 'until back': Date.now() - cut.healedAt };
  process.stdout.write(`${JSON.stringify(took)} milliseconds\n`);
  await expect(renter.getByText('Running', { exact: true })).toBeVisible(patient);
});

for (const program of programs) {
  test(`after SIGKILL of ${program} everything converges and the rental goes on`, async () => {
    const [terminal] = terminals;
    const killedAt = Date.now();
    kills.push({ program, at: killedAt });
    await kill9(program);
    // A later proof means that web, daemon, sshd, HAProxy, the tunnel and the environment all do their part again.
    await expect.poll(() => lastProof(at.renter, at.rental), patient).toBeGreaterThan(killedAt);
    expect(await terminal?.byKey('cat site/index.html')).toMatchObject({ code: 0, output: canary });
    await at.renter.goto(at.rental);
    await expect(at.renter.getByText('Running', { exact: true })).toBeVisible(patient);
  });
}

test('stopping ends open connections, and what is charged is rate × proven time to the micro-dollar', async () => {
  const { renter } = at;
  const [terminal] = terminals;
  await terminal?.byKey(`sudo sh -c 'echo ${canary} > /root/secret'; echo ${canary} >> ~/.bash_history; sync`);
  const session = inBackground(terminal?.sshLine('sleep 600') ?? '');
  await expect.poll(async () => (await terminal?.byKey("pgrep -c -f 'sleep 60[0]'"))?.output).toBe('1');

  await stopRental(renter);
  expect(await session.ended).not.toBe(0);
  expect(await terminal?.byKey('true')).not.toMatchObject({ code: 0 });

  const stretches = await provenStretches(renter, at.rental);
  const proven = stretches.reduce((sum, { milliseconds }) => sum + milliseconds, 0n);
  expect(proves(stretches, cut.at, cut.healedAt), 'proofs while the cable was out').toBe(false);
  for (const [index, { program, at: killedAt }] of kills.entries()) {
    expect(proves(stretches, killedAt, kills[index + 1]?.at), `proofs after the end of ${program}`).toBe(true);
  }
  const micros = (rate * proven) / 3_600_000n;
  const charge = `$${micros / 1_000_000n}.${String(micros % 1_000_000n).padStart(6, '0')}`;
  await expect(renter.getByText(charge).first()).toBeVisible();
});

test('the next renter finds nothing of the first', async () => {
  const { renter } = at;
  await renter.goto(at.listing);
  await renter.getByRole('button', { name: /^Agree to contract/ }).click(patient);
  await renter.waitForURL(/\/rentals\//);
  const shown = await readAccess(renter);
  expect(shown.ssh).not.toBe(at.shown.ssh);
  at.next = shown;
  const terminal = await terminalOf(shown, keyFile);
  terminals.push(terminal);

  const search = `sudo grep -rlI ${canary} / --exclude-dir=proc --exclude-dir=sys --exclude-dir=dev`;
  expect(await terminal.byKey(search, { timeoutSeconds: 120 })).toMatchObject({ code: 1, output: '' });
  expect(await terminal.byKey('ls /home')).toMatchObject({ output: shown.ssh.match(/(\S+)@/)?.[1] });

  await stopRental(renter);
  await expect(renter.getByText(/^destroyed/)).toBeVisible(patient);
  await at.owner.goto('/my/devices');
  await expect(at.owner.getByText('On the market')).toBeVisible(patient);
});

test('the books balance, every promise of theirs holds, and the admin’s deeds are on record', async () => {
  const { admin } = at;
  await admin.goto('/admin/ledger');
  await expect(admin.getByText('Balanced', { exact: true })).toBeVisible();
  await admin.getByRole('link', { name: 'Check now' }).click();
  await expect(admin.getByText('Holds').first()).toBeVisible();
  await expect(admin.getByText('Broken')).toHaveCount(0);
  await admin.goto('/admin/audit');
  await expect(admin.getByText('Paid in cash at the meet-up')).toBeVisible();
});

test('of all secrets that the journey needed none is in any log', async ({ page }) => {
  const { owner, renter, admin, shown, next } = at;
  const told = { mailed: await mailedToken(page), first: shown.password, next: next.password };
  const secrets = { ...(await secretsInUse([owner, renter, admin])), ...told, markup };
  for (const [name, secret] of Object.entries(secrets)) expect(secret.length, name).toBeGreaterThan(15);
  const logs = await readLogs();
  expect(Object.keys(logs).sort()).toEqual(['agent', 'haproxy', 'server', 'sshd', 'tunnel-daemon', 'web']);
  expect(leaks(secrets, logs)).toEqual([]);
});
