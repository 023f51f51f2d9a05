import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { createLog } from '../lib/process/log.ts';
import { keepProgram, type Program } from './programs.ts';

test('a program that dies is started again, and its pid file can be read whole at every moment', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'programs-'));
  const program: Program = { name: 'sshd', command: 'sleep', args: ['1000'], configuration: '' };
  const kept = await keepProgram(program, folder, createLog('daemon', 'silent'));
  const pid = (): number => JSON.parse(readFileSync(join(folder, 'sshd.pid'), 'utf8')).pid;
  const pids = new Set([pid()]);
  while (pids.size < 6) {
    const before = pid();
    process.kill(before, 'SIGKILL');
    while (pid() === before) await nextTurn();
    pids.add(pid());
  }
  await kept.stop();
  expect(() => pid()).toThrow('no such file');
  await rm(folder, { recursive: true });
}, 20_000);
