import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { tellDeviceStep, tellRentalEvent } from './story.ts';

test('every step that brings an environment up on a device is told in words', () => {
  const plan = readFileSync(new URL('../../pi-agent/plan.ts', import.meta.url), 'utf8');
  const steps = [...plan.matchAll(/\{ do: '(\w+)'(?:;|\s\})/g)].map(([, step = '']) => step);
  const before = steps.slice(steps.indexOf('makeDisk'), steps.indexOf('pauseEnvironment'));
  expect(before).toContain('letIn');
  expect(before.filter((step) => !tellDeviceStep(step).includes(' '))).toEqual([]);
});

test('what this broker does not know is shown as it was told', () => {
  for (const step of ['polishLens', 'constructor']) expect(tellDeviceStep(step)).toBe(step);
  expect(tellRentalEvent({ kind: 'polished', detail: null })).toBe('polished');
});
