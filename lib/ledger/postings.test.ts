import fc from 'fast-check';
import { expect, test } from 'vitest';
import { walletOf } from './accounts.ts';
import { manualCredit } from './postings.ts';

const anyCredit = fc.record({
  userId: fc.uuid(),
  amount: fc.bigInt(1n, 10n ** 12n),
  reason: fc.string(),
  adminId: fc.uuid(),
  key: fc.uuid(),
  at: fc.date({ noInvalidDate: true }),
});

test('every credit by hand sums to zero and gives the wallet exactly its amount', () => {
  fc.assert(
    fc.property(anyCredit, (credit) => {
      const { lines } = manualCredit(credit);
      expect(lines.reduce((sum, { amount }) => sum + amount, 0n)).toBe(0n);
      expect(lines.find(({ account }) => account.kind === 'wallet')).toEqual({
        account: walletOf(credit.userId),
        amount: -credit.amount,
      });
    }),
  );
});
