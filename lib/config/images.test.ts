import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { readImageManifest } from './images.ts';

function folder(): string {
  const made = mkdtempSync(join(tmpdir(), 'manifest-'));
  onTestFinished(() => rmSync(made, { recursive: true }));
  return made;
}

test('a broker that has built no image yet has an empty manifest', async () => {
  expect(await readImageManifest(folder())).toEqual({ agent: {}, environment: {} });
});

test('a manifest may have images for one architecture only', async () => {
  const image = { reference: 'rpibroker/agent:1', file: 'agent-arm64.tar', sha256: 'a'.repeat(64), bytes: 5 };
  const place = folder();
  writeFileSync(join(place, 'manifest.json'), JSON.stringify({ agent: { arm64: image }, environment: {} }));
  expect((await readImageManifest(place)).agent).toEqual({ arm64: image });
});

test('a damaged manifest is an error, not an empty one', async () => {
  const place = folder();
  writeFileSync(join(place, 'manifest.json'), '{"agent":');
  await expect(readImageManifest(place)).rejects.toThrow();
});
