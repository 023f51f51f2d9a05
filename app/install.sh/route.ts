import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Architecture, readImageManifest } from '#lib/config/images';
import { webConfig } from '#lib/config/web';

/** The script that an owner pipes into a shell: pi-agent/install.sh, with this broker's address and agent filled in. */
export async function GET(): Promise<Response> {
  const { PUBLIC_URL, IMAGES_FOLDER } = webConfig();
  const { agent } = await readImageManifest(IMAGES_FOLDER);
  const agentFor = (architecture: Architecture) => agent[architecture] ?? { reference: '', sha256: '' };
  const facts: Record<string, string> = {
    BROKER_URL: new URL(PUBLIC_URL).origin,
    AGENT_REFERENCE_AMD64: agentFor('amd64').reference,
    AGENT_SHA256_AMD64: agentFor('amd64').sha256,
    AGENT_REFERENCE_ARM64: agentFor('arm64').reference,
    AGENT_SHA256_ARM64: agentFor('arm64').sha256,
  };
  const script = await readFile(join(process.cwd(), 'pi-agent/install.sh'), 'utf8');
  const filled = script.replaceAll(/@([A-Z0-9_]+)@/g, (placeholder, name: string) => facts[name] ?? placeholder);
  return new Response(filled, { headers: { 'content-type': 'text/x-shellscript; charset=utf-8' } });
}
