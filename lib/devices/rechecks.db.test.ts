import { beforeAll, expect, test } from 'vitest';
import { recordReport } from '../agents/commands.ts';
import {
  deviceOf,
  goodVerification,
  makeMarketDevice,
  makePerson,
  makeRelay,
  report,
  sealer,
  start,
} from '../agents/testing.ts';
import { contract } from '../contracts/agreement.ts';
import { rentDevice } from '../rentals/commands.ts';
import { deviceProved } from './commands.ts';
import { searchMarket } from './queries.ts';
import { RECHECK_DAYS, recheckDevices } from './rechecks.ts';

beforeAll(async () => {
  await makeRelay();
});

const days = (count: number) => new Date(start.getTime() + count * 86_400_000);
const poll = (deviceId: string, at: Date) => recordReport({ deviceId, report: report(), at });
const stateOf = async (deviceId: string) => (await deviceOf(deviceId)).state;

test('a device on the market is measured anew every month, and returns with its new figures', async () => {
  const deviceId = await makeMarketDevice(await makePerson());
  const due = days(RECHECK_DAYS);
  await poll(deviceId, due);
  await recheckDevices({ at: new Date(due.getTime() - 1), sealer });
  expect(await stateOf(deviceId)).toBe('ready');

  await recheckDevices({ at: due, sealer });
  const { jobId } = await deviceOf(deviceId);
  await recheckDevices({ at: due, sealer });
  expect(await deviceOf(deviceId)).toMatchObject({ state: 'verifying', jobId, measuredAt: null });

  const id = jobId ?? '';
  await recordReport({ deviceId, report: report({ verification: goodVerification(id) }), at: due });
  await deviceProved({ deviceId, jobId: id, roundTripMs: 9, downloadMbps: 90, uploadMbps: 20, at: due });
  const { devices } = await searchMarket({ sort: 'newest', page: 1 }, due);
  expect(devices).toMatchObject([{ id: deviceId, roundTripMs: 9, measuredAt: due }]);
});

test('a device that is rented or cannot be reached is not measured before it is back', async () => {
  const [offline, rented] = [await makeMarketDevice(await makePerson()), await makeMarketDevice(await makePerson())];
  const renterId = await makePerson({ credit: 1_000_000n });
  await rentDevice({ deviceId: rented, renterId, contractHash: contract.hash, rate: 10_000n, at: start, sealer });
  await poll(rented, days(40));
  await recheckDevices({ at: days(40), sealer });
  expect([await stateOf(offline), await stateOf(rented)]).toEqual(['ready', 'rented']);

  await poll(offline, days(41));
  await recheckDevices({ at: days(41), sealer });
  expect(await stateOf(offline)).toBe('verifying');
});

test('of many devices whose figures are old only some leave the market at once', async () => {
  const many = [];
  for (let count = 0; count < 25; count++) many.push(await makeMarketDevice(await makePerson()));
  for (const deviceId of many) await poll(deviceId, days(50));
  await recheckDevices({ at: days(50), sealer });
  const states = await Promise.all(many.map(stateOf));
  expect(states.filter((state) => state === 'ready')).toHaveLength(5);
});
