import { sql } from 'drizzle-orm';
import { beforeEach, expect, test } from 'vitest';
import { db } from '#db/client';
import { papers } from '#db/schema/papers';
import { postUsage, tickMeters } from '../metering/commands.ts';
import { makeRental, makeUser, prove, start } from '../metering/testing.ts';
import { issueMonthlyPapers } from './commands.ts';
import { keepLetterhead } from './letterheads.ts';
import { credit, emptyBooks, papersOf, providers, rowsOf } from './testing.ts';

const on = (day: string) => new Date(`2026-${day}`);
const issue = (at: Date) => issueMonthlyPapers({ providers, at });

beforeEach(emptyBooks);

test('a renter’s month is told to the micro-dollar, and the next begins where it ended', async () => {
  const [renter, owner] = [await makeUser(5_000_000n), await makeUser()];
  const rental = await makeRental(renter, { ownerId: owner, rate: 10_001n });
  await prove(rental, 0, 5400);
  await tickMeters({ at: new Date(start.getTime() + 5_400_000) });
  await postUsage({ at: new Date(start.getTime() + 7_200_000) });
  await credit(renter, 1_234_567n, on('11-15T12:00:00.000Z'), 'cash');
  await issue(on('12-01T02:00:00.000Z'));
  await credit(renter, 1n, on('12-31T23:59:59.999Z'));
  await issue(on('12-31T23:59:59.999Z'));
  await issue(new Date('2027-01-01T01:00:00.001Z'));

  const [november, december] = await papersOf(renter);
  expect(november?.label).toBe('S-2026-000001');
  expect(rowsOf(november?.sheet, 'Summary')).toEqual([
    ['Opening balance', '0'],
    ['Top-ups', '6234567'],
    ['Refunds', '0'],
    ['Disputes', '0'],
    ['Credits', '0'],
    ['Usage', '-15001'],
    ['Closing balance', '6219566'],
  ]);
  const [usage] = rowsOf(november?.sheet, 'Usage');
  expect(usage?.slice(1)).toEqual([
    'Attic',
    start.toISOString(),
    '2026-11-01T01:30:00.000Z',
    '5400000',
    '10001',
    '-15001',
  ]);
  expect(rowsOf(november?.sheet, 'Top-ups')[1]).toEqual([
    '2026-11-15T12:00:00.000Z',
    'Credited by an admin: cash',
    '1234567',
  ]);
  expect([november?.total, november?.periodFrom, november?.periodTo]).toEqual([20_000n, '2026-11-01', '2026-11-30']);
  expect(december?.label).toBe('S-2027-000001');
  expect(december?.sheet.chain).toEqual({ opening: '6219566', movements: '1', closing: '6219567' });

  const [earned] = await papersOf(owner);
  expect(earned?.label).toBe('E-2026-000001');
  expect(rowsOf(earned?.sheet, 'Devices by day')).toEqual([
    ['2026-11-01', 'Attic', '5400000', '15001', '-1500', '13501'],
  ]);
  expect(earned?.sheet.notes.join()).toContain('Taxes on these earnings are yours');
});

test('a month ends at midnight UTC: its last millisecond is in it, and so is usage that is booked at midnight', async () => {
  const renter = await makeUser();
  const rental = await makeRental(renter, { ownerId: await makeUser(), rate: 3600n });
  await credit(renter, 1_000_000n, on('11-30T23:59:59.999Z'));
  await credit(renter, 2_000_000n, on('12-01T00:00:00.000Z'));
  const month = 30 * 86_400;
  await prove(rental, month - 60, month);
  await tickMeters({ at: on('12-01T00:00:00.000Z') });
  await postUsage({ at: on('12-01T00:00:00.000Z') });
  await issue(on('12-01T00:59:59.999Z'));
  expect(await papersOf(renter)).toEqual([]);

  await issue(on('12-01T01:00:00.000Z'));
  const [november] = await papersOf(renter);
  expect(november?.sheet.chain).toEqual({ opening: '0', movements: '999940', closing: '999940' });
});

test('what is booked for a month that is closed stands in the next, and no paper changes', async () => {
  const renter = await makeUser(1_000_000n);
  await issue(on('12-01T02:00:00.000Z'));
  await credit(renter, 500_000n, on('11-20T00:00:00.000Z'), 'found late');
  await issue(on('12-02T02:00:00.000Z'));
  await issue(new Date('2027-01-01T02:00:00.000Z'));
  const [november, december, ...more] = await papersOf(renter);
  expect([november?.sheet.chain?.closing, december?.sheet.chain?.opening]).toEqual(['1000000', '1000000']);
  expect(rowsOf(december?.sheet, 'Top-ups')).toEqual([
    ['2026-11-20T00:00:00.000Z', 'Credited by an admin: found late', '500000'],
  ]);
  expect(more).toEqual([]);
});

test('a broker that was away for months issues each of them, each with its own', async () => {
  const renter = await makeUser(1_000_000n);
  await credit(renter, 10n, on('12-05T00:00:00.000Z'));
  await credit(renter, 100n, new Date('2027-02-05T00:00:00.000Z'));
  await issue(new Date('2027-03-20T00:00:00.000Z'));
  expect((await papersOf(renter)).map(({ about, sheet }) => [about, sheet.chain?.movements])).toEqual([
    ['2026-11-01', '1000000'],
    ['2026-12-01', '10'],
    ['2027-02-01', '100'],
  ]);
});

test('ten processes that issue a month at once issue each paper once', async () => {
  const renters = await Promise.all(Array.from({ length: 8 }, () => makeUser(1_000_000n)));
  await Promise.all(Array.from({ length: 10 }, () => issue(on('12-01T02:00:00.000Z'))));
  const issued = (await Promise.all(renters.map(papersOf))).flat();
  expect(issued.map(({ number }) => number).sort()).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
});

test('a new address stands on papers that are issued from then on, and on no other', async () => {
  const userId = await makeUser(1n);
  await issue(on('12-01T02:00:00.000Z'));
  await keepLetterhead({ userId, name: 'Ida & Sons', address: 'Main Street 1\n\n 0150 Oslo ', taxId: 'NO 1' });
  await credit(userId, 1n, on('12-05T00:00:00.000Z'));
  await issue(new Date('2027-01-01T02:00:00.000Z'));
  expect((await papersOf(userId)).map(({ sheet }) => sheet.to)).toEqual([
    { name: 'Somebody', address: [expect.stringContaining('@example.test')], taxId: null },
    { name: 'Ida & Sons', address: ['Main Street 1', '0150 Oslo'], taxId: 'NO 1' },
  ]);
});

test.each(['update papers set total = 0', 'delete from papers', 'truncate papers'])(
  'the database refuses: %s',
  async (change) => {
    await makeUser(1n);
    await issue(on('12-01T02:00:00.000Z'));
    const before = await db.select().from(papers);
    expect(before).toHaveLength(1);
    await expect(db.execute(sql.raw(change))).rejects.toThrow();
    expect(await db.select().from(papers)).toEqual(before);
  },
);
