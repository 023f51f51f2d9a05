import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { architectures, readImageManifest } from '#lib/config/images';
import { isLocalMode, webConfig } from '#lib/config/web';

/** The ways to start the agent, with `KEY` where the key belongs. */
export type InstallCommands = { script: string; docker: { architecture: string; command: string }[] };

/** The one command that installs the agent, and the bare Docker commands for who would rather not pipe into a shell. */
export async function installCommands(): Promise<InstallCommands> {
  const { PUBLIC_URL, IMAGES_FOLDER } = webConfig();
  const broker = new URL(PUBLIC_URL).origin;
  const { agent } = await readImageManifest(IMAGES_FOLDER);
  const run = await dockerRun(broker);
  const docker = architectures.flatMap((architecture) => {
    const reference = agent[architecture]?.reference;
    if (!reference) return [];
    const load = `curl -fL ${broker}/images/agent-${architecture}.tar | docker load`;
    return [{ architecture, command: `${load}\n${run.replace('"$reference"', reference)}` }];
  });
  return { script: `curl -fsSL ${broker}/install.sh | sh -s -- KEY`, docker };
}

/** The `docker run` of install.sh, so that the two cannot drift apart. */
async function dockerRun(broker: string): Promise<string> {
  const script = await readFile(join(process.cwd(), 'pi-agent/install.sh'), 'utf8');
  const [run = ''] = /docker run [^>]+"\$reference"/.exec(script) ?? [];
  const inside = isLocalMode() ? broker.replace(/\/\/[^:/]+/, '//broker.internal') : broker;
  return run
    .replace('$host ', isLocalMode() ? '--add-host=broker.internal:host-gateway ' : '')
    .replaceAll('"$name', '"rpibroker-agent')
    .replace('$name', 'rpibroker-agent')
    .replace('$url', inside)
    .replace('$key', 'KEY')
    .replaceAll(/\n +/g, '\n  ');
}
