import { mkdtemp, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, type Locator, type Page } from '@playwright/test';
import { sh } from './terminal.ts';

/** What a rental's page shows its renter: everything to get in with. */
export type Shown = { ssh: string; knownHosts: string; password: string; http: string; https: string };

/** Reads the way in off a rental's page, as the renter would. */
export async function readAccess(page: Page): Promise<Shown> {
  const command = page.getByRole('figure', { name: 'SSH command' }).locator('code');
  await expect(command).toBeVisible({ timeout: 120_000 });
  await page.getByRole('button', { name: 'Show the password' }).click();
  const hide = page.getByRole('button', { name: 'Hide the password' });
  await expect(hide).toBeVisible();
  const text = async (shown: Locator) => (await shown.textContent()) ?? '';
  return {
    ssh: await text(command),
    knownHosts: await text(page.getByRole('figure', { name: 'known_hosts line' }).locator('code')),
    password: await text(hide.locator('..').locator('code')),
    http: await text(page.getByRole('link', { name: /^http:\/\// })),
    https: await text(page.getByRole('link', { name: /^https:\/\// })),
  };
}

/** A renter's terminal: the shown command with the shown known_hosts line and nothing taken on trust. */
export async function terminalOf(shown: Pick<Shown, 'ssh' | 'knownHosts' | 'password'>, keyFile: string) {
  const folder = await mkdtemp('/tmp/rpibroker-renter-');
  const knownHosts = join(folder, 'known_hosts');
  await writeFile(knownHosts, `${shown.knownHosts}\n`);
  const strict = `-F none -o StrictHostKeyChecking=yes -o UserKnownHostsFile=${knownHosts} -o ConnectTimeout=10`;
  const withKey = `${strict} -i ${keyFile} -o IdentitiesOnly=yes -o BatchMode=yes -o ServerAliveInterval=5`;
  const withPassword = `${strict} -o PubkeyAuthentication=no -o NumberOfPasswordPrompts=1`;
  const [, port = '', address = ''] = /^ssh -p (\d+) (\S+)$/.exec(shown.ssh) ?? [];
  const command = (options: string) => shown.ssh.replace(/^ssh/, `ssh ${options}`);
  const quoted = (line: string) => `'${line.replaceAll("'", `'\\''`)}'`;

  return {
    folder,
    address,
    ssh: command(withKey),
    sshLine: (line: string) => `${command(withKey)} ${quoted(line)}`,
    byKey: (line: string, options?: { timeoutSeconds: number }) => sh(`${command(withKey)} ${quoted(line)}`, options),
    byPassword: (line: string) => sh(`sshpass -p ${quoted(shown.password)} ${command(withPassword)} ${quoted(line)}`),
    copy: (from: string, to: string) => sh(`scp -P ${port} ${withKey} ${from} ${to}`),
  };
}

/** A stretch of time for which a rental was proven; its ends in milliseconds since 1970. */
type Stretch = { from: number; to: number; milliseconds: bigint };

/** The proven stretches of a rental as the renter's CSV file has them. */
export async function provenStretches(renter: Page, rental: string): Promise<Stretch[]> {
  const answer = await renter.request.get(`${rental}/proofs.csv`);
  const rows = (await answer.text()).trim().split('\r\n').slice(1);
  return rows.map((row) => {
    const [from = '', to = '', milliseconds = '0'] = row.split(',');
    return { from: Date.parse(from), to: Date.parse(to), milliseconds: BigInt(milliseconds) };
  });
}

/** Whether anything between two moments is proven. */
export function proves(stretches: Stretch[], since: number, until = Date.now()): boolean {
  return stretches.some(({ from, to }) => to > since && from < until);
}

/** When a rental was last proven to answer; 0 while nobody can tell. */
export async function lastProof(renter: Page, rental: string): Promise<number> {
  const stretches = await provenStretches(renter, rental).catch(() => []);
  return stretches.at(-1)?.to ?? 0;
}

/** Stops the rental that the renter looks at, and waits for the receipt. */
export async function stopRental(renter: Page) {
  await renter.getByRole('button', { name: 'Stop' }).click();
  await renter.getByRole('button', { name: 'Stop and destroy the disk' }).click();
  await expect(renter.getByText('Receipt')).toBeVisible();
}

/** Reaches a rental's web address the way a visitor does; `ca` is the authority that local brokers sign with. */
export function visit(url: string, { ca }: { ca?: string } = {}) {
  const { hostname, port } = new URL(url);
  const trust = ca ? `--cacert ${ca}` : '';
  return sh(`curl -s -w '\\n%{http_code}' --max-time 20 ${trust} --resolve ${hostname}:${port}:127.0.0.1 ${url}`);
}
