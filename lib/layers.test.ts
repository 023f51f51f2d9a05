import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { expect, test } from 'vitest';

/** The layers, most specific pattern first, and whom each may import at run time. */
const layers = {
  process: { files: /^lib\/process\//, mayImport: [] },
  protocol: { files: /^lib\/protocol\//, mayImport: [] },
  rules: {
    files:
      /^lib\/([\w-]+\/(lifecycle|terms|cents|provider|chain|meter|hardware|postings|accounts|story|heartbeat|address|access|agreement|deadlines|names|orders|places|parse|images)|money|outcome|errors|secrets|ids)\./,
    mayImport: ['protocol'],
  },
  db: { files: /^db\//, mayImport: ['rules'] },
  jobs: { files: /^(lib\/jobs\/|instrumentation-node\.)/, mayImport: ['process', 'rules', 'db', 'domain'] }, // db: the leader's lock
  web: { files: /^lib\/web\//, mayImport: ['process', 'protocol', 'rules', 'db', 'domain'] }, // db: the sessions table
  domain: { files: /^lib\//, mayImport: ['process', 'protocol', 'rules', 'db'] },
  components: { files: /^components\//, mayImport: ['rules'] },
  app: { files: /^app\/|^proxy\./, mayImport: ['protocol', 'rules', 'domain', 'web', 'components'] },
  start: { files: /^instrumentation\./, mayImport: ['domain', 'web', 'jobs'] },
  daemon: { files: /^tunnel-daemon\//, mayImport: ['process', 'protocol', 'rules', 'domain'] },
  agent: { files: /^pi-agent\//, mayImport: ['process', 'protocol'] },
} satisfies Record<string, { files: RegExp; mayImport: string[] }>;

type Layer = keyof typeof layers;

test('every file imports only from its own layer and those below it', () => {
  const strays = sourceFiles().flatMap((file) =>
    importsOf(file)
      .filter((target) => !allowed(file, target))
      .map((target) => `${file} imports ${target}`),
  );
  expect(strays).toEqual([]);
});

test('every source file of the product belongs to a layer', () => {
  expect(sourceFiles().filter((file) => layerOf(file) === undefined)).toEqual([]);
});

function sourceFiles(): string[] {
  const tracked = execFileSync('git', ['ls-files', '-co', '--exclude-standard'], { encoding: 'utf8' }).split('\n');
  const outside = /^(scripts|bench)\/|^[\w.]+\.(config)\.ts$|\.d\.ts$/;
  const tests = /(^|\/)testing\/|\.(test|db\.test|docker\.test|e2e|contract)\.tsx?$|(^|\/)testing[.\w-]*\.ts$/;
  return tracked.filter((file) => /\.tsx?$/.test(file) && !outside.test(file) && !tests.test(file));
}

/** The files of ours that `file` imports at run time. */
function importsOf(file: string): string[] {
  const text = readFileSync(file, 'utf8');
  const statements = text.matchAll(/(?:^|\n)(?:import|export)\s(?!type\s)[^;'"]*?from\s+['"]([^'"]+)['"]/g);
  const dynamic = text.matchAll(/\bimport\(\s*['"]([^'"]+)['"]\s*\)/g);
  return [...statements, ...dynamic].flatMap(([, source = '']) => {
    if (source.startsWith('#')) return [`${source.slice(1)}.`];
    return source.startsWith('.') ? [normalize(join(dirname(file), source))] : [];
  });
}

function layerOf(file: string): Layer | undefined {
  return (Object.keys(layers) as Layer[]).find((layer) => layers[layer].files.test(file));
}

function allowed(file: string, target: string): boolean {
  const from = layerOf(file);
  const to = layerOf(target);
  if (from === undefined || to === undefined) return true;
  return from === to || (layers[from].mayImport as string[]).includes(to);
}
