import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { runScript, type Settings } from './programs.ts';

const run = promisify(execFile);

/**
 * Makes this machine a device of the seeded owner, with the very command that an owner pastes; a machine that is
 * one already has its agent started again. Disposing of the answer stops the agent.
 */
export async function enrolThisMachine(settings: Settings, instance: string): Promise<AsyncDisposable> {
  const container = `rpibroker-agent-${instance}`;
  const { key } = JSON.parse(await runScript(settings, 'scripts/seed-device.ts', container)) as { key: string | null };
  if (key === null) await run('docker', ['start', container]);
  else await runInstallCommand(settings, key, container);

  return {
    async [Symbol.asyncDispose]() {
      await run('docker', ['stop', '-t', '20', container]);
    },
  };
}

async function runInstallCommand({ PUBLIC_URL }: Settings, key: string, container: string) {
  const command = `curl -fsSL ${PUBLIC_URL}/install.sh | RPIBROKER_NAME=${container} sh -s -- ${key}`;
  await run('sh', ['-c', command]);
}
