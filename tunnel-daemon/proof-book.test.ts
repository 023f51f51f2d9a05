import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { StoredProof } from '../lib/relays/queries.ts';
import { openProofBook } from './proof-book.ts';

const at = (second: number) => new Date(second * 1000);
const proof = (second: number) => ({ at: at(second), handshake: false });
const seconds = ({ from, to }: StoredProof) => [from.getTime() / 1000, to.getTime() / 1000];

/** A database that may be away, and the stretches that it has: a stretch is known by its beginning. */
function database() {
  const stored = new Map<string, StoredProof>();
  const save = async (proofs: StoredProof[]) => {
    if (state.away) throw new Error('away');
    for (const one of proofs) stored.set(`${one.rentalId} ${one.from.getTime()}`, one);
  };
  const newest = () => [...stored.values()].sort((one, other) => Number(other.from) - Number(one.from)).slice(0, 1);
  const state = { away: false, save, stretches: () => [...stored.values()].map(seconds), newest };
  return state;
}

test('proofs made while the database is away are told to the second when it is back', async () => {
  const [book, db] = [openProofBook(), database()];
  book.add('rental', proof(0));
  await book.flush(at(0), db.save);
  db.away = true;
  for (let second = 10; second <= 600; second += 10) {
    if (second < 300 || second > 400) book.add('rental', proof(second));
    await expect(book.flush(at(second), db.save)).rejects.toThrow('away');
  }
  db.away = false;
  await book.flush(at(610), db.save);
  expect(db.stretches()).toEqual([
    [0, 290],
    [410, 600],
  ]);
});

test('of a database that was away for hours only the last hour is made good, and nothing is proven twice', async () => {
  const [book, db] = [openProofBook(), database()];
  for (let second = 0; second <= 3 * 3600; second += 10) {
    db.away = second > 600 && second < 3 * 3600;
    book.add('rental', proof(second));
    await book.flush(at(second), db.save).catch(() => {});
  }
  book.add('rental', proof(3 * 3600 + 10));
  await book.flush(at(3 * 3600 + 10), db.save);
  expect(db.stretches()).toEqual([
    [0, 600],
    [2 * 3600, 3 * 3600 + 10],
  ]);
});

test('a restarted daemon goes on with the last stretch when it is at most 30 s old', async () => {
  const [book, db] = [openProofBook(), database()];
  const stored = (rentalId: string) => ({ rentalId, from: at(0), to: at(100), proofs: 11, handshakeAt: null });
  book.resume([stored('soon'), stored('late')]);
  book.add('soon', proof(130));
  book.add('late', proof(131));
  await book.flush(at(131), db.save);
  expect(db.stretches()).toEqual([
    [0, 130],
    [131, 131],
  ]);
});

test('what the database has been told is not told again', async () => {
  const book = openProofBook();
  book.add('rental', proof(0));
  const told: number[] = [];
  const count = async (proofs: StoredProof[]) => {
    told.push(proofs.length);
  };
  await book.flush(at(0), count);
  await book.flush(at(10), count);
  expect(told).toEqual([1, 0]);
});

test('a rental that was paused for a moment begins a stretch of its own, and loses nothing of the one before', async () => {
  const [book, db] = [openProofBook(), database()];
  for (const second of [0, 10]) book.add('rental', proof(second));
  book.close('rental');
  book.add('rental', proof(25));
  book.add('rental', proof(35));
  await book.flush(at(35), db.save);
  expect(db.stretches()).toEqual([
    [0, 10],
    [25, 35],
  ]);
});

test('a clock that is set back proves no second twice, and one that leaps ahead leaves a gap unproven', async () => {
  const [book, db] = [openProofBook(), database()];
  for (const second of [0, 10, 20, 5, 15, 25, 3600, 30, 3610]) book.add('rental', proof(second));
  await book.flush(at(3610), db.save);
  expect(db.stretches()).toEqual([
    [0, 25],
    [3600, 3610],
  ]);
});

test('a stretch that grows while it is being told is told again', async () => {
  const [book, db] = [openProofBook(), database()];
  book.add('rental', proof(0));
  await book.flush(at(0), async (proofs) => {
    book.add('rental', proof(10));
    await db.save(proofs);
  });
  await book.flush(at(10), db.save);
  expect(db.stretches()).toEqual([[0, 10]]);
});

const anyMoment = fc.oneof(
  fc.record({ kind: fc.constant('prove' as const), step: fc.integer({ min: -50, max: 100 }) }),
  fc.record({ kind: fc.constantFrom('flush', 'fail', 'restart'), step: fc.constant(0) }),
);

test('whatever the clock does, and however often the daemon dies, no second is proven twice', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(anyMoment, { maxLength: 60, size: 'max' }), async (moments) => {
      const [state, db] = [{ book: openProofBook(), second: 1000 }, database()];
      for (const { kind, step } of moments) {
        state.second = Math.max(0, state.second + step);
        if (kind === 'prove') state.book.add('rental', proof(state.second));
        db.away = kind === 'fail';
        if (kind === 'flush' || kind === 'fail') await state.book.flush(at(state.second), db.save).catch(() => {});
        if (kind === 'restart') state.book = openProofBook();
        if (kind === 'restart') state.book.resume(db.newest());
      }
      const stretches = db.stretches().sort(([one = 0], [other = 0]) => one - other);
      const overlaps = stretches.filter(([from = 0], index) => index > 0 && from < (stretches[index - 1]?.[1] ?? 0));
      expect(overlaps).toEqual([]);
    }),
    { numRuns: 300 },
  );
});
