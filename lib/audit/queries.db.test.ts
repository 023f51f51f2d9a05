import { expect, test } from 'vitest';
import { db, pool } from '#db/client';
import { makePerson, start } from '../agents/testing.ts';
import { record } from './commands.ts';
import { AUDIT_PAGE, listAudit } from './queries.ts';

test('what was recorded is found by any part of it, newest first, and cannot be changed', async () => {
  const actorId = await makePerson();
  const entry = { actorId, action: 'painted', objectKind: 'fence', objectId: '7', address: '192.0.2.9', at: start };
  await record(db, { ...entry, detail: 'in 50% green' });
  await record(db, { ...entry, actorId: null, detail: 'in red' });
  for (const search of ['painted', '50% g', '192.0.2.9']) {
    expect((await listAudit({ search })).lines[0]).toMatchObject({
      action: 'painted',
      objectId: '7',
      address: '192.0.2.9',
    });
  }
  expect((await listAudit({ search: 'fence' })).lines.map(({ detail }) => detail)).toEqual(['in red', 'in 50% green']);
  await expect(pool.query(`update audit_log set detail = ''`)).rejects.toThrow('append-only');
  await expect(pool.query('delete from audit_log')).rejects.toThrow('append-only');
});

test('a long log comes in pages', async () => {
  const entry = { actorId: null, action: 'counted', objectKind: 'sheep', at: start };
  for (let number = 0; number < AUDIT_PAGE + 1; number++) await record(db, { ...entry, objectId: String(number) });
  const [first, second] = [await listAudit({ search: 'sheep' }), await listAudit({ search: 'sheep', page: 2 })];
  expect([first.lines.length, second.lines.length, first.total]).toEqual([AUDIT_PAGE, 1, AUDIT_PAGE + 1]);
});
