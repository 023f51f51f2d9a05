import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, onTestFinished, test } from 'vitest';

describe("the owner's script", () => {
  test('starts one container with the rights that the design lists and no others', () => {
    const { docker } = install({ broker: 'https://broker.example', key: 'KEY-1' });
    const started = docker.find((line) => line.startsWith('run')) ?? '';
    const rights = started.match(/--cap-add \S+|--privileged|--network \S+|--pid \S+|docker\.sock/g);
    expect(rights).toEqual(['SYS_ADMIN', 'NET_ADMIN', 'MKNOD', 'SYS_PTRACE'].map((name) => `--cap-add ${name}`));
    expect(started).toContain('--env BROKER_URL=https://broker.example --env RPIBROKER_KEY=KEY-1');
    expect(started.match(/--(?:volume|mount|device) \S+/g)).toEqual(['--volume rpibroker-agent:/state']);
    expect(started).not.toContain('host-gateway');
  });

  test("reaches a broker on the owner's own machine by another name than localhost", () => {
    const { docker } = install({ broker: 'http://localhost:3000', key: 'KEY-1' });
    const started = docker.find((line) => line.startsWith('run')) ?? '';
    expect(started).toContain('--add-host=broker.internal:host-gateway');
    expect(started).toContain('BROKER_URL=http://broker.internal:3000');
  });

  test('replaces an agent that is there and keeps its volume', () => {
    const { docker, said } = install({ broker: 'https://broker.example', key: 'KEY-2' });
    expect(said).toContain('It is replaced; its volume and what it knows stay.');
    expect(docker).toContain('rm -f rpibroker-agent');
    expect(docker.join('\n')).not.toContain('volume rm');
  });

  test.each([...Array.from({ length: 10 }, (_, tenth) => tenth * 330), -2, -3, -4, -5, -6, -12])(
    'starts nothing when its download broke off: %i characters',
    (length) => {
      const { docker } = install({ broker: 'https://broker.example', key: 'KEY-1', length });
      expect(docker.filter((line) => /^(run|rm|load)/.test(line))).toEqual([]);
    },
  );

  test('a key is never run, whatever stands in it', () => {
    const key = `'$(touch pwned); touch pwned #"`;
    const { docker } = install({ broker: 'https://broker.example', key });
    expect(docker.find((line) => line.startsWith('run'))).toContain(`RPIBROKER_KEY=${key} --volume`);
  });

  test.each([
    { case: 'a 32-bit system', machine: 'armv7l', key: 'KEY-1', sentence: '64-bit Raspberry Pi OS' },
    {
      case: 'a processor that the agent does not know',
      machine: 'riscv64',
      key: 'KEY-1',
      sentence: 'needs arm64 or amd64',
    },
    { case: 'a command without a key', machine: 'x86_64', key: '', sentence: 'No key was given' },
    {
      case: 'an image that the broker does not have',
      machine: 'aarch64',
      key: 'KEY-1',
      sentence: 'no agent for arm64 yet',
    },
  ])('refuses $case with a sentence and starts nothing', ({ machine, key, sentence }) => {
    const { docker, said, code } = install({ broker: 'https://broker.example', key, machine });
    expect(code).toBe(1);
    expect(said).toContain(sentence);
    expect(docker.filter((line) => line.startsWith('run'))).toEqual([]);
  });
});

/** `length`: how much of the script arrived, counted from its end when negative. */
type Install = { broker: string; key: string; machine?: string; length?: number };

/** Runs the script with a docker that only notes how it was called; everything it asks for is there. */
function install({ broker, key, machine = 'x86_64', length }: Install) {
  const folder = mkdtempSync(join(tmpdir(), 'install-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const script = readFileSync(fileURLToPath(new URL('install.sh', import.meta.url)), 'utf8')
    .replaceAll('@BROKER_URL@', broker)
    .replaceAll('@AGENT_REFERENCE_AMD64@', 'rpibroker/agent:1')
    .replaceAll('@AGENT_SHA256_AMD64@', 'a'.repeat(64))
    .replaceAll(/@AGENT_\w+_ARM64@/g, '')
    .slice(0, length);
  writeFileSync(join(folder, 'install.sh'), script);
  writeFileSync(join(folder, 'docker'), `#!/bin/sh\necho "$*" >> ${folder}/calls\n`, { mode: 0o755 });
  writeFileSync(join(folder, 'uname'), `#!/bin/sh\necho ${machine}\n`, { mode: 0o755 });
  writeFileSync(join(folder, 'calls'), '');
  const settings = { env: { ...process.env, PATH: `${folder}:${process.env.PATH}` }, encoding: 'utf8' } as const;
  const command = `sh ${folder}/install.sh "$1" 2>&1; echo "code $?"`;
  const said = execFileSync('sh', ['-c', command, 'sh', key], settings);
  const docker = readFileSync(join(folder, 'calls'), 'utf8').trim().split('\n');
  return { said, docker, code: Number(/code (\d+)\s*$/.exec(said)?.[1]) };
}
