import { readFile } from 'node:fs/promises';
import { relative } from 'node:path';
import { stripVTControlCharacters } from 'node:util';

/** How many checks of one kind held, how many did not, and which those are. */
export type Tally = { name: string; passed: number; failed: number; skipped: number; failures: Failure[] };

/** One check that did not hold: its sentence, and the first lines of what was wrong. */
export type Failure = { test: string; why: string };

type VitestReport = {
  numPassedTests: number;
  numFailedTests: number;
  numPendingTests: number;
  testResults: {
    name: string;
    message: string;
    status: string;
    assertionResults: { fullName: string; status: string; failureMessages: string[] }[];
  }[];
};

type PlaywrightSuite = {
  title: string;
  suites?: PlaywrightSuite[];
  specs?: { title: string; ok: boolean; file: string; tests: { results: { error?: { message?: string } }[] }[] }[];
};

type PlaywrightReport = {
  stats: { expected: number; unexpected: number; flaky: number; skipped: number };
  suites: PlaywrightSuite[];
  errors: { message?: string }[];
};

/** Reads what Vitest's JSON reporter wrote of a run that ended with `code`. */
export async function readVitest(name: string, code: number, file: string): Promise<Tally> {
  const report = await read<VitestReport>(file);
  const failures = (report?.testResults ?? []).flatMap((result) => {
    const where = relative(process.cwd(), result.name);
    const failed = result.assertionResults.filter(({ status }) => status === 'failed');
    const tests = failed.map((one) => failure(`${where} › ${one.fullName}`, one.failureMessages[0]));
    return result.status === 'failed' && tests.length === 0 ? [failure(where, result.message)] : tests;
  });
  const { numPassedTests = 0, numFailedTests = 0, numPendingTests = 0 } = report ?? {};
  return tally(name, code, { passed: numPassedTests, failed: numFailedTests, skipped: numPendingTests, failures });
}

/** Reads what Playwright's JSON reporter wrote of a run that ended with `code`. */
export async function readPlaywright(name: string, code: number, file: string): Promise<Tally> {
  const report = await read<PlaywrightReport>(file);
  const { expected = 0, unexpected = 0, flaky = 0, skipped = 0 } = report?.stats ?? {};
  const failures = [
    ...(report?.suites ?? []).flatMap(failedSpecs),
    ...(report?.errors ?? []).map(({ message }) => failure('outside of the tests', message)),
  ];
  return tally(name, code, { passed: expected, failed: unexpected + flaky, skipped, failures });
}

/**
 * A part's result. A run that failed without a failed test (a file that does not load, a hook
 * that throws) counts as one failure.
 */
export function tally(name: string, code: number, counts: Partial<Omit<Tally, 'name'>> = {}): Tally {
  const { passed = 0, failed = 0, skipped = 0, failures = [] } = counts;
  if (code === 0) return { name, passed, failed, skipped, failures };
  const told = failures.length > 0 ? failures : [failure('the run itself', 'What was wrong stands further up.')];
  return { name, passed, failed: Math.max(failed, 1), skipped, failures: told };
}

function failedSpecs(suite: PlaywrightSuite): Failure[] {
  const own = (suite.specs ?? [])
    .filter(({ ok }) => !ok)
    .map(({ file, title, tests }) => {
      const errors = tests.flatMap(({ results }) => results.flatMap(({ error }) => error?.message ?? []));
      return failure(`${file} › ${title}`, errors[0]);
    });
  return [...own, ...(suite.suites ?? []).flatMap(failedSpecs)];
}

function failure(test: string, message = ''): Failure {
  const lines = stripVTControlCharacters(message).split('\n');
  const told = lines.map((line) => line.trimEnd()).filter((line) => line !== '');
  return { test, why: told.slice(0, 12).join('\n').slice(0, 1500) };
}

async function read<Report>(file: string): Promise<Report | null> {
  const text = await readFile(file, 'utf8').catch(() => null);
  return text === null ? null : (JSON.parse(text) as Report);
}
