import { createHash } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { eq } from 'drizzle-orm';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { changes } from '#db/changes';
import { db } from '#db/client';
import { users } from '#db/schema/accounts';
import { deviceEvents, devices } from '#db/schema/devices';
import { announce, deviceOf, makePerson, makeRelay, registration, report } from '#lib/agents/testing';
import { retireDevice } from '#lib/devices/commands';
import { agentOrder, agentRefusal, registerAnswer } from '#lib/protocol/agent';
import { GET as image } from '../../../images/[file]/route.ts';
import { GET as installScript } from '../../../install.sh/route.ts';
import { POST as poll } from './poll/route.ts';
import { POST as register } from './register/route.ts';

// It throws wherever React's server conditions are not set.
vi.mock('server-only', () => ({}));

const bytes = Buffer.from('the image of the environment');
const sha256 = createHash('sha256').update(bytes).digest('hex');
let folder = '';

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'images-'));
  const file = (name: string) => ({
    reference: `rpibroker/${name}:1`,
    file: `${name}-arm64.tar`,
    sha256,
    bytes: bytes.length,
  });
  const manifest = { agent: { arm64: file('agent') }, environment: { arm64: file('environment') } };
  await writeFile(join(folder, 'manifest.json'), JSON.stringify(manifest));
  await writeFile(join(folder, 'environment-arm64.tar'), bytes);
  vi.stubEnv('IMAGES_FOLDER', folder);
  vi.stubEnv('PUBLIC_URL', 'https://broker.example/');
  vi.stubEnv('BROKER_SECRETS', 'a secret of at least 32 characters');
  await makeRelay();
});

afterAll(async () => {
  await changes().close();
  await rm(folder, { recursive: true });
});

type Door = typeof poll;

function post(door: Door, body: BodyInit, token?: string): Promise<Response> {
  const headers = token ? { authorization: `Bearer ${token}` } : {};
  return door(new Request('https://broker.example/api/agent', { method: 'POST', body, headers }));
}

async function refusalOf(answer: Promise<Response>) {
  const response = await answer;
  const { error, message } = agentRefusal.parse(await response.json());
  expect(message).toMatch(/^[A-Z].+\.$/);
  return [response.status, error];
}

async function makeAgent() {
  const ownerId = await makePerson();
  const { deviceId, key } = await announce(ownerId, { at: new Date() });
  const answer = await post(register, JSON.stringify(registration(key)));
  const { deviceToken } = registerAnswer.parse(await answer.json());
  return { ownerId, deviceId, key, deviceToken };
}

test('an agent registers with its key and polls with its token', async () => {
  const { deviceId, deviceToken } = await makeAgent();
  const answer = await post(poll, JSON.stringify(report()), deviceToken);
  const order = agentOrder.parse(await answer.json());
  expect(order).toMatchObject({ task: { kind: 'verify' }, image: { path: '/images/environment-arm64.tar', sha256 } });
  expect((await deviceOf(deviceId)).lastPollAt).not.toBeNull();
});

test('keys and tokens that are not good are refused with what to do', async () => {
  const { ownerId, deviceId, key, deviceToken } = await makeAgent();
  expect(await refusalOf(post(register, JSON.stringify(registration(key))))).toEqual([409, 'usedKey']);
  expect(await refusalOf(post(register, JSON.stringify(registration('rpk_no'))))).toEqual([401, 'unknownKey']);
  const old = await announce(ownerId, { at: new Date('2020-01-01') });
  expect(await refusalOf(post(register, JSON.stringify(registration(old.key))))).toEqual([410, 'expiredKey']);
  for (const token of [undefined, 'rpd_unknown', `${deviceToken}x`]) {
    expect(await refusalOf(post(poll, JSON.stringify(report()), token))).toEqual([401, 'unknownToken']);
  }
  await retireDevice({ deviceId, ownerId, at: new Date() });
  expect(await refusalOf(post(poll, JSON.stringify(report()), deviceToken))).toEqual([401, 'retired']);
});

test('the owner reads that an agent with the device’s key is too old', async () => {
  const { deviceId, key } = await announce(await makePerson(), { at: new Date() });
  const body = JSON.stringify({ protocol: 0, key });
  for (const _ of [1, 2]) expect(await refusalOf(post(register, body))).toEqual([426, 'agentTooOld']);
  const told = await db.select().from(deviceEvents).where(eq(deviceEvents.deviceId, deviceId));
  expect(told.map(({ kind }) => kind)).toEqual(['keyMade', 'agentRefused']);
});

test('a key of a suspended owner registers nobody, and is good again when the suspension ends', async () => {
  const ownerId = await makePerson();
  const { deviceId, key } = await announce(ownerId, { at: new Date() });
  const suspend = (suspendedAt: Date | null) => db.update(users).set({ suspendedAt }).where(eq(users.id, ownerId));
  await suspend(new Date());
  const before = await deviceOf(deviceId);
  expect(await refusalOf(post(register, JSON.stringify(registration(key))))).toEqual([403, 'suspended']);
  expect(await deviceOf(deviceId)).toEqual(before);
  await suspend(null);
  expect((await post(register, JSON.stringify(registration(key)))).status).toBe(200);
});

const deep = (depth: number) => `{"protocol":1,"x":${'['.repeat(depth)}${']'.repeat(depth)}}`;
test.each<[number, string, string]>([
  [400, 'notJson', 'not JSON'],
  [400, 'notJson', ''],
  [400, 'tooDeep', deep(40)],
  [413, 'tooLarge', JSON.stringify({ ...report(), program: 'x'.repeat(256 * 1024) })],
  [400, 'malformed', 'null'],
  [400, 'malformed', '[]'],
  [400, 'malformed', '{"protocol":1}'],
  [400, 'malformed', JSON.stringify({ ...report(), protocol: '1' })],
  [426, 'agentTooOld', JSON.stringify({ ...report(), protocol: 0 })],
  [400, 'agentTooNew', JSON.stringify({ protocol: 2 })],
])('a body answered with %i %s stores nothing', async (status, error, body) => {
  const { deviceId, deviceToken } = await makeAgent();
  const before = [await deviceOf(deviceId), await db.$count(devices), await db.$count(deviceEvents)];
  expect(await refusalOf(post(poll, body, deviceToken))).toEqual([status, error]);
  expect(await refusalOf(post(register, body))).toEqual([status, error]);
  expect([await deviceOf(deviceId), await db.$count(devices), await db.$count(deviceEvents)]).toEqual(before);
});

test('the install script knows this broker and its agent, and leaves no placeholder', async () => {
  const script = await (await installScript()).text();
  expect(script).toContain("broker='https://broker.example'");
  expect(script).toContain(`reference='rpibroker/agent:1' sha256='${sha256}'`);
  expect(script).not.toMatch(/@[A-Z0-9_]+@/);
});

const download = (file: string, headers: HeadersInit = {}) =>
  image(new Request(`https://broker.example/images/${file}`, { headers }), { params: Promise.resolve({ file }) });

test('an image is served with its length and digest, and a broken download goes on where it ended', async () => {
  const whole = await download('environment-arm64.tar');
  expect(Object.fromEntries(whole.headers)).toMatchObject({ 'content-length': `${bytes.length}`, etag: `"${sha256}"` });
  expect(Buffer.from(await whole.arrayBuffer())).toEqual(bytes);

  const rest = await download('environment-arm64.tar', { range: 'bytes=10-' });
  expect([rest.status, rest.headers.get('content-range')]).toEqual([
    206,
    `bytes 10-${bytes.length - 1}/${bytes.length}`,
  ]);
  expect(await rest.text()).toBe(bytes.subarray(10).toString());
  expect((await download('environment-arm64.tar', { range: `bytes=${bytes.length}-` })).status).toBe(416);
  expect((await download('environment-arm64.tar', { 'if-none-match': `"${sha256}"` })).status).toBe(304);
});

test.each(['manifest.json', '../manifest.json', 'environment-amd64.tar', ''])('“%s” is no image', async (file) => {
  expect((await download(file)).status).toBe(404);
});
