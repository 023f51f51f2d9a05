import { expect, test } from 'vitest';
import { agentOrder } from '../protocol/agent.ts';
import { type OrderedDevice, type OrderedRental, orderFor } from './orders.ts';

const id = '019a0000-0000-7000-8000-000000000001';
const relay = { deviceHost: 'relay.example', sshPort: 2222, sshUser: 'tunnel', hostKey: 'ssh-ed25519 AAAA' };
const image = { reference: 'environment:1', path: '/images/e.tar', sha256: 'a'.repeat(64), bytes: 1 };
const nextName = 'brisk-heron-7';
const device: OrderedDevice = {
  number: 7,
  state: 'ready',
  jobId: null,
  nextName,
  diskGigabytes: 8,
  verifyPassword: null,
};
const rental: OrderedRental = {
  id,
  state: 'preparing',
  name: 'amber-otter-42',
  password: 'secret',
  authorizedKeys: [],
};
const order = (change: Partial<OrderedDevice> = {}, rented: OrderedRental | null = null) =>
  orderFor({ device: { ...device, ...change }, rental: rented, relay, image });
const environment = { id, name: 'amber-otter-42', password: 'secret', authorizedKeys: [] };

test.each([
  ['ready', order(), { kind: 'idle', next: nextName }],
  ['rejected', order({ state: 'rejected' }), { kind: 'idle', next: null }],
  ['quarantined', order({ state: 'quarantined' }), { kind: 'idle', next: null }],
  ['wiping', order({ state: 'wiping', jobId: id }), { kind: 'wipe', wipeId: id }],
  ['rented and preparing', order({ state: 'rented' }, rental), { kind: 'serve', environment, paused: false }],
  [
    'rented and active',
    order({ state: 'rented' }, { ...rental, state: 'active' }),
    { kind: 'serve', environment, paused: false },
  ],
  [
    'rented and suspended',
    order({ state: 'rented' }, { ...rental, state: 'suspended' }),
    { kind: 'serve', environment, paused: true },
  ],
] as const)('a device that is %s is told so', (_, told, task) => {
  expect(told.task).toEqual(task);
  expect(agentOrder.parse(told)).toEqual(told);
});

test('a device that is verified runs an environment of its own, which nobody rents', () => {
  const { task } = order({ state: 'verifying', jobId: id, verifyPassword: 'sesame' });
  expect(task).toMatchObject({ kind: 'verify', environment: { id, password: 'sesame', authorizedKeys: [] } });
});

test('an order’s version changes exactly when the order does', () => {
  expect(order()).toEqual(order());
  const versions = [order(), order({ diskGigabytes: 9 }), order({ number: 8 }), order({ state: 'rented' }, rental)];
  expect(new Set(versions.map(({ version }) => version)).size).toBe(4);
});

test('an agent dials its own loopback address on the relay', () => {
  expect(order().tunnel).toMatchObject({ host: 'relay.example', port: 2222, address: '127.64.0.7' });
});
