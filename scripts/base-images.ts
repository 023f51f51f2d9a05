import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { UpstreamError } from '../lib/errors.ts';

const run = promisify(execFile);
const pullWithinMilliseconds = 90_000;

/** Both images that our Dockerfiles begin with, and how to make each where it cannot be pulled; in this order. */
const baseImages: Record<string, (reference: string) => Promise<void>> = {
  'debian:bookworm-slim': makeDebian,
  'node:24-bookworm-slim': makeNode,
};

/** Makes sure that the images our Dockerfiles begin with are there: pulled, or made on this machine. */
export async function ensureBaseImages(): Promise<void> {
  for (const [reference, make] of Object.entries(baseImages)) {
    if ((await succeeds('docker', ['image', 'inspect', reference])) || (await pulled(reference))) continue;
    await make(reference);
  }
}

async function pulled(reference: string): Promise<boolean> {
  return succeeds('docker', ['pull', '--quiet', reference], pullWithinMilliseconds);
}

async function makeDebian(reference: string): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'debian-base-'));
  try {
    await run('sh', [fileURLToPath(new URL('debian-base.sh', import.meta.url)), folder], { maxBuffer: 2 ** 26 });
    await run('docker', ['import', join(folder, 'base.tar'), reference]);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** The npm package `node`, which also runs this script, holds the very program that the image needs. */
async function makeNode(reference: string): Promise<void> {
  const binary = fileURLToPath(new URL('../node_modules/node/bin/node', import.meta.url));
  const command = [
    'DOCKER_BUILDKIT=0',
    'docker',
    'build',
    '--quiet',
    '--tag',
    reference,
    '--file',
    '-',
    dirname(binary),
  ];
  const build = spawn('env', command, { stdio: ['pipe', 'ignore', 'ignore'] });
  build.stdin.end('FROM debian:bookworm-slim\nCOPY node /usr/local/bin/node\n');
  const [code] = await once(build, 'exit');
  if (code !== 0) throw new UpstreamError('docker', `could not build ${reference}`, { retryable: false });
}

async function succeeds(command: string, args: string[], timeout = 30_000): Promise<boolean> {
  return run(command, args, { timeout }).then(
    () => true,
    () => false,
  );
}

if (import.meta.main) await ensureBaseImages();
