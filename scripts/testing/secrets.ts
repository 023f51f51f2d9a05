import { globSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { Page } from '@playwright/test';
import { testBroker } from './broker.ts';
import { testAgent } from './kill.ts';
import { shOk } from './terminal.ts';

/** Secrets by what they are. */
export type Secrets = Record<string, string>;

/** The secrets of the broker of the browser tests and of its device, and the cookies of these people. */
export async function secretsInUse(people: Page[]): Promise<Secrets> {
  const { data } = testBroker.places;
  const seeded: { role: string; password: string }[] = JSON.parse(await readFile(join(data, 'people.json'), 'utf8'));
  const cookies = (await Promise.all(people.map((page) => page.context().cookies()))).flat();
  const kept = (file: string) => shOk(`docker exec ${testAgent} cat /state/${file}`);
  return {
    ...Object.fromEntries(seeded.map(({ role, password }) => [`the password of the ${role}`, password])),
    ...Object.fromEntries(cookies.map(({ name, value }, index) => [`cookie ${index} ${name}`, value])),
    'the secret that seals': await readFile(join(data, 'secret'), 'utf8'),
    'the relay’s host key': secretLine(await readFile(join(data, 'relay_host_key'), 'utf8')),
    'the registration key': await registrationKey(),
    'the device’s token': JSON.parse(await kept('identity.json')).deviceToken,
    'the device’s tunnel key': secretLine(await kept('tunnel_key')),
  };
}

/** The token in the letter for a forgotten password, whose link was then followed. */
export async function mailedToken(page: Page): Promise<string> {
  await page.goto('/forgot');
  await page.getByLabel('E-mail address').fill('renter@rpibroker.localhost');
  await page.getByRole('button', { name: 'Send the link' }).click();
  await page.getByText('the link is on its way').waitFor();
  await page.goto('/mailbox');
  await page
    .getByRole('link', { name: /reset\?token=/ })
    .first()
    .click();
  await page.getByLabel('New password', { exact: true }).waitFor();
  return new URL(page.url()).searchParams.get('token') ?? '';
}

/** The key with which the device was registered. */
export function registrationKey(): Promise<string> {
  const settings = `docker inspect --format '{{range .Config.Env}}{{println .}}{{end}}' ${testAgent}`;
  return shOk(`${settings} | sed -n 's/RPIBROKER_KEY=//p'`);
}

/** The line of an ed25519 key's file that holds most of its private half. */
function secretLine(file: string): string {
  return file.trim().split('\n').at(-3) ?? '';
}

/** All that the programs of the broker and its device have logged, by the name of the log. */
export async function readLogs(): Promise<Record<string, string>> {
  const files = Object.values(testBroker.places).flatMap((folder) => globSync(join(folder, '**/*.log')));
  const read = files.map(async (file) => [basename(file, '.log'), await readFile(file, 'utf8')]);
  return { ...Object.fromEntries(await Promise.all(read)), agent: await shOk(`docker logs ${testAgent} 2>&1`) };
}

/** Which secrets stand in which logs, as they are or as addresses, JSON or base64 spell them. */
export function leaks(secrets: Secrets, logs: Record<string, string>): string[] {
  return Object.entries(secrets).flatMap(([name, secret]) => {
    const spellings = [secret, encodeURIComponent(secret), JSON.stringify(secret).slice(1, -1), btoa(secret)];
    const tellers = Object.keys(logs).filter((log) => spellings.some((spelling) => logs[log]?.includes(spelling)));
    return tellers.map((log) => `${name} is in the log of ${log}`);
  });
}
