import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { UpstreamError } from '../../lib/errors.ts';

const run = promisify(execFile);
const stampFile = '.next/built-from';
const tests = [':!*.test.ts', ':!*.e2e.ts'];
const settings = ['package-lock.json', ':(glob)*.ts', ':(glob)*.mjs'];
const sources = ['app', 'components', 'lib', 'db', 'public', ...settings, ...tests];

/** Builds the web program, unless the last build was made from the very same files. */
export async function buildWeb() {
  const stamp = await hashOfSources();
  if ((await readFile(stampFile, 'utf8').catch(() => null)) === stamp) return;
  // A test runner says NODE_ENV=test, with which React's two halves do not fit together.
  const build = ['NODE_ENV=production', 'node_modules/.bin/next', 'build'];
  await run('env', build, { maxBuffer: 1 << 26 }).catch((error: { stdout: string; stderr: string }) => {
    throw new UpstreamError('next build', `${error.stdout}\n${error.stderr}`, { retryable: false });
  });
  await writeFile(stampFile, stamp);
}

async function hashOfSources(): Promise<string> {
  const { stdout } = await run('git', ['ls-files', '-co', '--exclude-standard', '--', ...sources], {
    maxBuffer: 1 << 26,
  });
  const hash = createHash('sha256');
  for (const file of stdout.trim().split('\n').sort())
    hash.update(`${file}\0`).update(await readFile(file).catch(() => ''));
  return hash.digest('hex');
}
