import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  isOpen,
  nextRentalState,
  openRentalStates,
  type RentalEvent,
  type RentalState,
  rentalLifecycle,
} from './lifecycle.ts';

const states = Object.keys(rentalLifecycle) as RentalState[];
const events = [...new Set(states.flatMap((state) => Object.keys(rentalLifecycle[state])))] as RentalEvent[];

test.each(openRentalStates)('renter, owner and admin can each end a rental that is %s', (state) => {
  for (const event of ['renterStopped', 'ownerWithdrew', 'adminEnded'] as const) {
    const next = nextRentalState(state, event);
    expect(next !== null && !isOpen(next)).toBe(true);
  }
});

test('a rental that is over stays over, whatever is heard of it later', () => {
  for (const state of states.filter((one) => !isOpen(one))) {
    for (const event of events) expect(nextRentalState(state, event)).toBeNull();
  }
});

test('only a rental that was proven once can cost anything: whatever ends before is cancelled', () => {
  fc.assert(
    fc.property(fc.array(fc.constantFrom(...events)), (heard) => {
      const life: RentalState[] = ['preparing'];
      for (const event of heard) {
        const next = nextRentalState(life.at(-1) ?? 'preparing', event);
        if (next) life.push(next);
      }
      expect(life.includes('ended')).toBe(life.includes('active') && !isOpen(life.at(-1) ?? 'preparing'));
      if (life.includes('active')) expect(life).not.toContain('cancelled');
    }),
  );
});

test('money pauses and resumes nothing but what runs and what is paused', () => {
  for (const state of states) {
    expect(nextRentalState(state, 'fundsRanOut') !== null).toBe(state === 'active');
    expect(nextRentalState(state, 'funded') !== null).toBe(state === 'suspended');
  }
});
