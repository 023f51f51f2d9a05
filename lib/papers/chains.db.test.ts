import fc from 'fast-check';
import { expect, test } from 'vitest';
import { db } from '#db/client';
import { faultCredited } from '../faults/postings.ts';
import { readWallet } from '../ledger/balances.ts';
import { post } from '../ledger/post.ts';
import { postUsage, tickMeters } from '../metering/commands.ts';
import { after, makeRental, makeUser, prove } from '../metering/testing.ts';
import { refundReserved } from '../refunds/postings.ts';
import { issueMonthlyPapers } from './commands.ts';
import { credit, emptyBooks, papersOf, providers, rowsOf } from './testing.ts';

const HOURS = 24 * 62;
const event = fc.record({
  hour: fc.integer({ min: 1, max: HOURS }),
  what: fc.constantFrom('credit', 'usage', 'refund', 'fault', 'papers'),
  amount: fc.bigInt({ min: 1n, max: 50_000n }),
});

test('whatever is booked in whatever months, statements chain, and together they say what the ledger says', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(event, { minLength: 1, maxLength: 25 }), async (events) => {
      await emptyBooks();
      const [renter, owner] = [await makeUser(10_000_000n), await makeUser()];
      const rental = await makeRental(renter, { ownerId: owner, rate: 12_345n });
      for (const { hour, what, amount } of events.sort((a, b) => a.hour - b.hour)) {
        const at = after(hour * 3600);
        const id = crypto.randomUUID();
        const fault = {
          userId: renter,
          ownerId: owner,
          fromOwner: 0n,
          fromBroker: amount,
          chargeIds: '',
          reason: 'off',
        };
        if (what === 'credit') await credit(renter, amount, at);
        if (what === 'papers') await issueMonthlyPapers({ providers, at });
        if (what === 'refund')
          await db.transaction((tx) => post(tx, refundReserved({ id, userId: renter, provider: 'bank', amount, at })));
        if (what === 'fault')
          await db.transaction((tx) => post(tx, faultCredited({ ...fault, adminId: owner, key: id, at })));
        if (what !== 'usage') continue;
        await prove(rental, hour * 3600 - 1800, hour * 3600);
        await tickMeters({ at });
        await postUsage({ at });
      }
      await issueMonthlyPapers({ providers, at: after((HOURS + 24 * 31) * 3600) });
      await expectTold(renter, owner);
    }),
    { numRuns: 25 },
  );
});

async function expectTold(renter: string, owner: string) {
  const statements = (await papersOf(renter)).filter(({ kind }) => kind === 'statement');
  let closing = 0n;
  for (const { sheet } of statements) {
    const [opening, movements] = [BigInt(sheet.chain?.opening ?? -1), BigInt(sheet.chain?.movements ?? -1)];
    expect(opening).toBe(closing);
    const lines = ['Top-ups', 'Refunds', 'Credits', 'Usage'].flatMap((title) => rowsOf(sheet, title));
    expect(lines.reduce((sum, row) => sum + BigInt(row.at(-1) ?? 0), 0n)).toBe(movements);
    closing = opening + movements;
  }
  expect(closing).toBe((await readWallet(db, renter, after(0))).balance);

  const used = statements.flatMap(({ sheet }) => rowsOf(sheet, 'Usage')).map((row) => -BigInt(row.at(-1) ?? 0));
  const days = (await papersOf(owner)).flatMap(({ sheet }) => rowsOf(sheet, 'Devices by day'));
  const gross = days.reduce((sum, row) => sum + BigInt(row[3] ?? 0), 0n);
  expect(used.reduce((sum, amount) => sum + amount, 0n)).toBe(gross);
}
