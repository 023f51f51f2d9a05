import { expect, test } from 'vitest';
import { db } from '#db/client';
import { getWallet } from '../ledger/balances.ts';
import { closeMeter, postUsage, tickMeters } from './commands.ts';
import { getRentalCost, listCharges } from './queries.ts';
import { after, makeRental, makeUser, prove } from './testing.ts';

test('a rental costs its rate for the proven time, and nothing for a gap', async () => {
  const renter = await makeUser(1_000_000n);
  const rental = await makeRental(renter, { ownerId: await makeUser(), rate: 3_600_000n });
  await prove(rental, 0, 60);
  await prove(rental, 100, 110);
  await tickMeters({ at: after(120) });
  expect(await getRentalCost(rental)).toEqual({ billableMs: 70_000n, gross: 70_000n });

  await postUsage({ at: after(3600) });
  await db.transaction((tx) => closeMeter(tx, { rentalId: rental, at: after(3601) }));
  expect(await getWallet(renter, after(3601))).toMatchObject({
    balance: 930_000n,
    spendable: 930_000n,
    burnPerHour: 0n,
  });
  expect(await listCharges(rental)).toMatchObject([{ gross: 70_000n, fee: 7000n, connectedMs: 70_000n }]);
});
