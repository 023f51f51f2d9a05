import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { openSync } from 'node:fs';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';

/** Settings for a program, by name. */
export type Settings = Record<string, string>;

/** As in the scripts of package.json. Young objects may else take three times 32 MB, which is a quarter of the web process. */
const nodeFlags = ['--disable-warning=ExperimentalWarning', '--max-semi-space-size=16'];

/** `env NAME=value …` in front of a command adds settings to the environment it would have had. */
function withSettings(settings: Settings, command: string[]): string[] {
  return [...Object.entries(settings).map(([name, value]) => `${name}=${value}`), ...command];
}

/** Runs one of our scripts to its end and answers what it printed; its complaints go to the terminal. */
export async function runScript(settings: Settings, file: string, ...args: string[]): Promise<string> {
  const { stdout, stderr } = await promisify(execFile)(
    'env',
    withSettings(settings, [process.execPath, '--disable-warning=ExperimentalWarning', file, ...args]),
    { maxBuffer: 1 << 26 },
  );
  process.stderr.write(stderr);
  return stdout;
}

/** What keeps a program of ours running, and how it is told to end. */
export type Program = {
  name: string;
  file: string;
  args?: string[];
  settings: Settings;
  endWith: 'SIGINT' | 'SIGTERM';
};
type Folders = { logs: string; run: string };

/**
 * Runs `program` until it is disposed of, and starts it again within a second whenever it dies. Its output goes to a
 * log file. It is a process group of its own: Ctrl-C reaches only us, and we end it in our order.
 */
export async function keepRunning(program: Program, folders: Folders): Promise<AsyncDisposable> {
  for (const folder of Object.values(folders)) await mkdir(folder, { recursive: true });
  const pidFile = join(folders.run, `${program.name}.pid`);
  await endLeftover(pidFile, program);

  const stopping = new AbortController();
  const kept = relaunch(() => launch(program, folders.logs, pidFile), program.endWith, stopping.signal);
  return {
    async [Symbol.asyncDispose]() {
      stopping.abort();
      await kept;
      await rm(pidFile, { force: true });
    },
  };
}

/** Launches, waits for the end and launches again, a second later; once told to stop, it ends what runs and no more. */
async function relaunch(launchOnce: () => Promise<ChildProcess>, endWith: NodeJS.Signals, signal: AbortSignal) {
  while (!signal.aborted) {
    const child = await launchOnce();
    const ended = once(child, 'exit');
    const end = () => endPatiently(child, endWith);
    if (signal.aborted) end();
    signal.addEventListener('abort', end, { once: true });
    await ended;
    signal.removeEventListener('abort', end);
    await sleep(1000, undefined, { signal }).catch(() => {});
  }
}

/** A program that has not ended by itself after a while never will. */
function endPatiently(child: ChildProcess, endWith: NodeJS.Signals) {
  child.kill(endWith);
  const impatience = setTimeout(() => child.kill('SIGKILL'), 20_000);
  child.once('exit', () => clearTimeout(impatience));
}

async function launch(
  { name, file, args = [], settings }: Program,
  logs: string,
  pidFile: string,
): Promise<ChildProcess> {
  const log = openSync(join(logs, `${name}.log`), 'a');
  const command = [process.execPath, ...nodeFlags, file, ...args];
  const child = spawn('env', withSettings(settings, command), { detached: true, stdio: ['ignore', log, log] });
  await writeFile(pidFile, String(child.pid));
  return child;
}

/** Ends the program that an earlier start left behind when it was killed itself. */
async function endLeftover(pidFile: string, { file, endWith }: Program) {
  const pid = Number(await readFile(pidFile, 'utf8').catch(() => Number.NaN));
  const isOurs = async () => (await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')).includes(file);
  if (Number.isNaN(pid) || !(await isOurs())) return;
  process.kill(pid, endWith);
  while (await isOurs()) await sleep(50);
}
