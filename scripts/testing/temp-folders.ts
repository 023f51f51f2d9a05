import { chmod, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

// A global set-up of vitest: temporary folders of tests lie in one of the run, and what a test leaves there fails the run.
export default async function setup() {
  const folder = await mkdtemp(join(tmpdir(), 'tests-'));
  await chmod(folder, 0o755); // a relay's sshd and HAProxy go there as other users
  process.env.TMPDIR = folder;
  return async () => {
    const left = await readdir(folder);
    await rm(folder, { recursive: true });
    if (left.length > 0)
      throw new Error(`Tests have left behind, in the folder of temporary files: ${left.join(', ')}`);
  };
}
