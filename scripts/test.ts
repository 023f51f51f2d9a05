import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, rmSync } from 'node:fs';
import { ensureEngine } from './docker-engine.ts';
import { buildImages } from './images.ts';
import { buildWeb } from './local/build.ts';
import { say, step } from './local/progress.ts';
import { readPlaywright, readVitest, type Tally, tally } from './testing/report.ts';

const reports = 'test-results';
const takesWhatIsLeft = ['nice', '-n', '19'];

// Everything that `npm test` checks. Parts can be named: `npm test -- unit browser`.
const wanted = process.argv.slice(2);
const accountsBefore = systemAccounts();
const parts = new AsyncDisposableStack();
const tallies: Tally[] = [];
rmSync(reports, { recursive: true, force: true });

try {
  await check('lint', () => exitCheck('lint', ['biome', 'check', '--error-on-warnings', '.']));
  await check('types', () => exitCheck('types', ['sh', '-c', 'next typegen && tsc --noEmit']));
  await check('unit', () => vitest('unit'));
  if (isWanted('docker') || isWanted('browser')) {
    const engine = await step('Docker engine', ensureEngine);
    parts.defer(engine.stop);
    await Promise.all([
      step('Images of the agent and the environment', buildImages),
      isWanted('browser') ? step('Web build', buildWeb) : null,
    ]);
  }
  // The tests with Docker wait for most of their time, so those of the database take what they leave of the processors.
  await Promise.all([check('docker', () => vitest('docker')), check('db', () => vitest('db', takesWhatIsLeft))]);
  await check('browser', playwright);
} catch (error) {
  say(error instanceof Error ? error.stack : String(error));
  tallies.push(tally('set-up', 1));
} finally {
  await parts.disposeAsync();
  await removeAccounts(systemAccounts().filter((name) => !accountsBefore.includes(name)));
}

// The end of the output has to do where only the end is kept: what failed is told there again.
for (const { name, failures } of tallies) {
  for (const { test, why } of failures) say(`\n✗ ${name}: ${test}\n${why.replace(/^/gm, '    ')}`);
}

say();
for (const { name, passed, failed, skipped } of tallies) {
  say(`  ${name.padEnd(10)} ${passed} passed, ${failed} failed${skipped ? `, ${skipped} skipped` : ''}`);
}
const sum = (of: 'passed' | 'failed' | 'skipped') => tallies.reduce((total, tally) => total + tally[of], 0);
const skipped = sum('skipped') ? `, ${sum('skipped')} skipped` : '';
say(`\n${sum('passed')} passed, ${sum('failed')} failed${skipped}`);
process.exit(sum('failed') === 0 && sum('passed') > 0 ? 0 : 1);

function isWanted(name: string): boolean {
  return wanted.length === 0 || wanted.includes(name);
}

async function check(name: string, work: () => Promise<Tally>) {
  if (!isWanted(name)) return;
  say(`\n── ${name}`);
  tallies.push(await work());
}

/** Runs a program with our terminal and answers its exit code. */
async function run(command: string[]): Promise<number> {
  const [program = '', ...args] = command;
  const [code] = await once(spawn(program, args, { stdio: ['ignore', 'inherit', 'inherit'] }), 'exit');
  return code ?? 1;
}

async function exitCheck(name: string, command: string[]): Promise<Tally> {
  const code = await run(command);
  return tally(name, code, { passed: code === 0 ? 1 : 0 });
}

async function vitest(project: string, prefix: string[] = []): Promise<Tally> {
  const file = `${reports}/${project}.json`;
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${file}`];
  return readVitest(project, await run([...prefix, 'vitest', 'run', '--project', project, ...reporters]), file);
}

async function playwright(): Promise<Tally> {
  return readPlaywright('browser', await run(['playwright', 'test']), `${reports}/browser.json`);
}

function systemAccounts(): string[] {
  const names = readFileSync('/etc/passwd', 'utf8').matchAll(/^(rpibroker[^:]*):/gm);
  return [...names].map(([, name = '']) => name);
}

async function removeAccounts(names: string[]) {
  for (const name of names) await run(['userdel', name]);
}
