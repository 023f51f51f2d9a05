import { globSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { access, type Who } from './testing-access.ts';

/** What must stand in a file so that only those get in whom the table names. */
const guards: Record<Who, RegExp> = {
  visitor: /^/,
  member: /await requireMember\(\)|= memberEndpoint[<(]/,
  admin: /await requireAdmin\(\)|= adminEndpoint[<(]/,
  agent: /= agentEndpoint\(/,
  local: /if \(!isLocalMode\(\)/,
};
const read = (file: string) => readFileSync(`app/${file}`, 'utf8');
const sources = globSync('**/*.{ts,tsx}', { cwd: 'app' });
const doors = sources.filter((file) => /(^|\/)(page\.tsx|route\.ts)$/.test(file));
const actions = sources.filter((file) => read(file).startsWith("'use server'"));

test('every page and endpoint has a rule that says who may use it', () => {
  expect(doors.toSorted()).toEqual(Object.keys(access).toSorted());
});

test.each(Object.entries(access))('%s lets in whom its rule names: %s', (file, who) => {
  expect(read(file)).toMatch(guards[who]);
});

test('pages of members and admins, and no others, are folders of theirs', () => {
  const misplaced = Object.entries(access).filter(([file, who]) => file.startsWith('(admin)') !== (who === 'admin'));
  expect(misplaced).toEqual([]);
});

test.each(actions)('%s exports only actions that say who may take them', (file) => {
  const allowed = file.startsWith('(admin)')
    ? /^export const \w+ = adminAction\(/
    : /^export const \w+ = (?:(?:visitor|member|owner|fresh|admin|button)Action|memberQuestion)\(/;
  const exported = read(file)
    .split('\n')
    .filter((line) => line.startsWith('export'));
  expect(exported.filter((line) => !allowed.test(line))).toEqual([]);
  expect(exported.length).toBeGreaterThan(0);
});

test('no other file holds server actions', () => {
  const hidden = globSync('{app,components,lib}/**/*.{ts,tsx}')
    .filter((file) => !/\.(test|e2e)\.ts$/.test(file) && !actions.includes(file.replace(/^app\//, '')))
    .filter((file) => /['"]use server['"]/.test(readFileSync(file, 'utf8')));
  expect(hidden).toEqual([]);
});
