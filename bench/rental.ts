import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { rm } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Page } from '@playwright/test';
import { invariant } from '../lib/errors.ts';
import { terminalOf } from '../scripts/testing/rented.ts';
import { greets } from './bare-environment.ts';
import type { BenchBroker } from './broker.ts';

type Terminal = Awaited<ReturnType<typeof terminalOf>>;

/** A rental that its renter has got into: milliseconds from the click on "rent" to each step. */
export type Rented = { id: string; terminal: Terminal; port: number; steps: Record<string, number> };

/** What followed the click on "stop", in milliseconds. */
export type Stopped = { cut: number; refused: number; back: number };

/** Rents the device as a person does, and signs in with what the page shows. */
export async function rent({ renter, listing, keyFile, database }: BenchBroker): Promise<Rented> {
  await renter.goto(listing);
  const button = rentButton(renter);
  await button.waitFor({ timeout: 120_000 });
  const clicked = Date.now();
  await button.click();
  const shownAt = await commandShown(renter);
  const shown = await readWayIn(renter);
  const terminal = await terminalOf(shown, keyFile);
  const { code, complaints } = await terminal.byKey('true');
  const answeredAt = Date.now();
  invariant(code === 0, `the first command failed: ${complaints}`);

  const id = new URL(renter.url()).pathname.split('/').at(-1) ?? '';
  const { rows } = await database.query(
    'select kind, extract(epoch from at) * 1000 as at from rental_events where rental_id = $1 order by id',
    [id],
  );
  const told = rows.map(({ kind, at }: { kind: string; at: string }) => [kind, Number(at) - clicked]);
  const steps = { ...Object.fromEntries(told), 'page shows the command': shownAt - clicked };
  const port = Number(/-p (\d+)/.exec(shown.ssh)?.[1]);
  return { id, terminal, port, steps: { ...steps, 'first command answered': answeredAt - clicked } };
}

/** Stops a rental with a session open in it, and watches until its device can be rented again. */
export async function stop({ renter, listing }: BenchBroker, { terminal, port }: Rented): Promise<Stopped> {
  const session = spawn('sh', ['-c', `exec ${terminal.sshLine('echo open; exec sleep 600')}`]);
  await once(session.stdout, 'data');
  const ended = once(session, 'exit').then(() => Date.now());

  await renter.getByRole('button', { name: 'Stop' }).click();
  const confirm = renter.getByRole('button', { name: 'Stop and destroy the disk' });
  await confirm.waitFor();
  const clicked = Date.now();
  await confirm.click();
  const [cut, refused, back] = await Promise.all([ended, untilRefused(port), untilBack(renter, listing)]);
  await rm(terminal.folder, { recursive: true });
  return { cut: cut - clicked, refused: refused - clicked, back: back - clicked };
}

function rentButton(page: Page) {
  return page.getByRole('button', { name: /^Agree to contract/ });
}

/** When the page showed the way in, to a frame: a locator only looks twice a second for what does not come at once. */
async function commandShown(page: Page): Promise<number> {
  const shown = () => document.querySelector('figure[aria-label="SSH command"] code') && Date.now();
  const found = await page.waitForFunction(shown, undefined, { timeout: 120_000 });
  return Number(await found.jsonValue());
}

async function readWayIn(page: Page) {
  const line = (name: string) => page.getByRole('figure', { name }).locator('code');
  const [ssh, knownHosts] = [await line('SSH command').textContent(), await line('known_hosts line').textContent()];
  return { ssh: ssh ?? '', knownHosts: knownHosts ?? '', password: '' };
}

async function untilRefused(port: number): Promise<number> {
  while (await greets('localhost', port)) await sleep(50);
  return Date.now();
}

/** The listing changes by itself when its device returns to the market. */
async function untilBack(renter: Page, listing: string): Promise<number> {
  await renter.getByText('Receipt').waitFor();
  await renter.goto(listing);
  await rentButton(renter).waitFor({ timeout: 120_000 });
  return Date.now();
}
