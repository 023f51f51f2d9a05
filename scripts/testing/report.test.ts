import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { readPlaywright, readVitest, tally } from './report.ts';

test('a run of Vitest tells which tests failed and why, and which files did not load', async () => {
  const file = await written({
    numPassedTests: 3,
    numFailedTests: 1,
    numPendingTests: 2,
    testResults: [
      {
        name: join(process.cwd(), 'lib/money.test.ts'),
        status: 'failed',
        message: '',
        assertionResults: [
          {
            fullName: 'a cent is a cent',
            status: 'failed',
            failureMessages: ['\u001b[31mexpected 1\u001b[39m\n\nto be 2'],
          },
          { fullName: 'a dollar is a dollar', status: 'passed', failureMessages: [] },
        ],
      },
      {
        name: join(process.cwd(), 'lib/broken.test.ts'),
        status: 'failed',
        message: 'no such file',
        assertionResults: [],
      },
    ],
  });

  expect(await readVitest('unit', 1, file)).toEqual({
    name: 'unit',
    passed: 3,
    failed: 1,
    skipped: 2,
    failures: [
      { test: 'lib/money.test.ts › a cent is a cent', why: 'expected 1\nto be 2' },
      { test: 'lib/broken.test.ts', why: 'no such file' },
    ],
  });
});

test('a run of Playwright tells which tests failed and why, and counts one that passes only when repeated among them', async () => {
  const spec = { title: 'money is shown', ok: false, file: 'app/money.e2e.ts' };
  const file = await written({
    stats: { expected: 5, unexpected: 1, flaky: 1, skipped: 0 },
    suites: [
      {
        title: 'app/money.e2e.ts',
        specs: [{ ...spec, title: 'a page opens', ok: true, tests: [] }],
        suites: [{ title: 'wallet', specs: [{ ...spec, tests: [{ results: [{ error: { message: 'too late' } }] }] }] }],
      },
    ],
    errors: [{ message: 'the broker did not start' }],
  });

  expect(await readPlaywright('browser', 1, file)).toEqual({
    name: 'browser',
    passed: 5,
    failed: 2,
    skipped: 0,
    failures: [
      { test: 'app/money.e2e.ts › money is shown', why: 'too late' },
      { test: 'outside of the tests', why: 'the broker did not start' },
    ],
  });
});

test('a run that broke off before it could report is a failure', async () => {
  expect(await readVitest('db', 1, '/nowhere/db.json')).toEqual(tally('db', 1));
  expect(tally('db', 1)).toMatchObject({ failed: 1, failures: [{ test: 'the run itself' }] });
});

async function written(report: object): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'report-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  const file = join(folder, 'report.json');
  await writeFile(file, JSON.stringify(report));
  return file;
}
