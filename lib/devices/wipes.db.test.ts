import { beforeAll, expect, test } from 'vitest';
import { recordReport } from '../agents/commands.ts';
import { after, deviceOf, makeMarketDevice, makePerson, makeRelay, report, sealer, start } from '../agents/testing.ts';
import { contract } from '../contracts/agreement.ts';
import { rentDevice, stopRental } from '../rentals/commands.ts';
import { clearQuarantine } from './administration.ts';
import { retireDevice } from './commands.ts';
import { failLateWipes } from './wipes.ts';

const DAY = 86_400;

beforeAll(async () => {
  await makeRelay();
});

/** A device whose rental has ended a minute after the start, with its owner. */
async function makeReleased() {
  const [ownerId, renterId] = await Promise.all([makePerson(), makePerson({ credit: 1_000_000n })]);
  const deviceId = await makeMarketDevice(ownerId);
  const rented = await rentDevice({
    deviceId,
    renterId,
    contractHash: contract.hash,
    rate: 10_000n,
    at: start,
    sealer,
  });
  const rentalId = rented.ok ? rented.value.rentalId : '';
  await stopRental({ rentalId, renterId, at: after(60) });
  return { deviceId, ownerId };
}

const wipeProof = (id: string) => ({ id, steps: [], imageDigest: null, problem: null });

test('a device that dies while it is wiped can be retired by its owner after a day', async () => {
  const { deviceId, ownerId } = await makeReleased();
  const retire = (at: Date) => retireDevice({ deviceId, ownerId, at });
  expect(await retire(after(120))).toEqual({ ok: false, reason: 'inUse' });
  await failLateWipes({ at: after(60 + DAY - 1) });
  expect((await deviceOf(deviceId)).state).toBe('wiping');

  for (const _ of [1, 2]) await failLateWipes({ at: after(60 + DAY) });
  const device = await deviceOf(deviceId);
  expect(device.state).toBe('quarantined');
  expect(device.problem).toContain('Retire it');
  expect(await retire(after(61 + DAY))).toEqual({ ok: true, value: 'retired' });
});

test('a device that comes back after its wipe was given up is verified again before anybody can rent it', async () => {
  const { deviceId } = await makeReleased();
  const wipe = wipeProof((await deviceOf(deviceId)).jobId ?? '');
  await failLateWipes({ at: after(60 + DAY) });
  await recordReport({ deviceId, report: report({ wipe }), at: after(70 + DAY) });
  expect((await deviceOf(deviceId)).state).toBe('quarantined');

  const adminId = await makePerson();
  await clearQuarantine({ deviceId, adminId, address: null, sealer, at: after(80 + DAY) });
  expect((await deviceOf(deviceId)).state).toBe('verifying');
});

test('a wipe that is proven at the moment at which it would be given up is either, and never both', async () => {
  for (let round = 0; round < 10; round++) {
    const { deviceId } = await makeReleased();
    const wipe = wipeProof((await deviceOf(deviceId)).jobId ?? '');
    await Promise.all([
      failLateWipes({ at: after(60 + DAY) }),
      recordReport({ deviceId, report: report({ wipe }), at: after(60 + DAY) }),
    ]);
    expect(['ready', 'quarantined']).toContain((await deviceOf(deviceId)).state);
  }
});
