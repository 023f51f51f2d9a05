import { z } from 'zod';

/** Raised whenever an older agent could misread an order; the app then answers 426 and says what to do. */
export const AGENT_PROTOCOL = 1;

/** The longest that the app keeps a poll waiting, in seconds. */
export const POLL_SECONDS = 25;

/** A body larger than this is refused unread, in bytes. */
export const MAX_BODY_BYTES = 256 * 1024;

/**
 * Ports of an environment, and those that the device's loopback address on the relay offers for them.
 * None may equal a port on which the relay listens on all of its addresses (8080 and 8443 in local mode): Linux
 * answers the second to bind with "Address already in use", also on a loopback address of its own.
 */
export const forwards = [
  { listen: 2200, target: 22 },
  { listen: 2280, target: 80 },
  { listen: 2443, target: 443 },
] as const;

/** The inner address that every environment on every device has, so that tunnels outlive environments. */
export const ENVIRONMENT_ADDRESS = '10.99.0.2';

/** PostgreSQL keeps every character but NUL. */
const text = (most: number) =>
  z
    .string()
    .max(most)
    .refine((value) => !value.includes('\0'), 'no NUL');
const id = z.uuid();
const sshPublicKey = z
  .string()
  .max(800)
  .regex(/^ssh-ed25519 [A-Za-z0-9+/]{68}$/, 'an ssh-ed25519 public key without a comment');
/** As it stands in a file of keys: nothing before it, nothing after it, and no second line. */
const authorizedKey = z
  .string()
  .max(9000)
  .regex(/^[a-z0-9@.-]+ [A-Za-z0-9+/]+={0,2}$/, 'a public key without options and without a comment');
/** More than any machine has of anything, and still exact and small enough for every column. */
const count = z.number().nonnegative().max(1e15);

/** One thing that was done, and how long it took. */
export const timedStep = z.object({ step: text(60), milliseconds: count });
/** A step as it was taken. */
export type TimedStep = z.infer<typeof timedStep>;

/** What a device is, as measured by the agent on the device. */
export const hardware = z.object({
  architecture: z.enum(['arm64', 'amd64']),
  model: text(120).describe('e.g. Raspberry Pi 5 Model B Rev 1.0'),
  cores: z.number().int().min(1).max(1024),
  cpuScore: count.describe('SHA-256 of 16 KiB blocks on one core, MB/s'),
  memoryBytes: count,
  diskBytes: count.describe("size of the file that holds renters' data"),
  diskWriteMegabytesPerSecond: count,
  diskReadMegabytesPerSecond: count,
  temperatureCelsius: z.number().finite().nullable().describe('null when the machine does not tell'),
  throttled: z.boolean().nullable().describe('now or ever since its start; null when the machine does not tell'),
  kernel: text(120),
  hasAes: z.boolean(),
});
/** Measured hardware. */
export type Hardware = z.infer<typeof hardware>;

/** A promise of the device that was tried from inside an environment, and what came of it. */
export const probe = z.object({
  name: z.enum(['memoryLimit', 'diskQuota', 'userNamespace', 'homeNetwork', 'nameLookup']),
  tried: text(300),
  seen: text(300),
  passed: z.boolean(),
  fix: text(500).nullable().describe('what the owner can do about it, null when it passed'),
});
/** A promise that was tried. */
export type Probe = z.infer<typeof probe>;

/** What a device can tell about itself at any moment. */
export const metrics = z.object({
  loadAverage: count,
  memoryFreeBytes: count,
  diskFreeBytes: count,
  temperatureCelsius: z.number().finite().nullable(),
  throttled: z.boolean().nullable().describe('now'),
});
/** A device at a moment. */
export type Metrics = z.infer<typeof metrics>;

/** Agent → app, once: the owner's key, the tunnel's public key and what this machine is. */
export const registerRequest = z.object({
  protocol: z.number().int(),
  program: text(40).describe('version of the agent program'),
  key: text(200),
  tunnelPublicKey: sshPublicKey,
  architecture: z.enum(['arm64', 'amd64']),
  model: text(120),
});
/** What an agent registers with. */
export type RegisterRequest = z.infer<typeof registerRequest>;

/** App → agent, in answer: who the device is from now on. The token is shown once and kept on the device. */
export const registerAnswer = z.object({ deviceId: id, deviceToken: text(200) });
/** Who a device is. */
export type RegisterAnswer = z.infer<typeof registerAnswer>;

/** Where the tunnel leads: the relay, its pinned host key, and this device's loopback address there. */
export const tunnelSpec = z.object({
  host: text(255),
  port: z.number().int().min(1).max(65535),
  user: text(64),
  hostKey: text(800).describe('type and base64, as in a known_hosts line'),
  address: z.string().regex(/^127\.(6[4-9]|[7-9]\d|1[01]\d|12[0-7])\.\d{1,3}\.\d{1,3}$/),
});
/** A way into the relay. */
export type TunnelSpec = z.infer<typeof tunnelSpec>;

/** The environment's image for this device's architecture, as a `docker save` file that the app serves. */
export const imageSpec = z.object({
  reference: text(200).describe('the image name inside the file'),
  path: text(300).describe('path on the broker'),
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
  bytes: count,
});
/** An image to download. */
export type ImageSpec = z.infer<typeof imageSpec>;

/** What an environment is called: its user and its host. Linux takes no longer user name. */
const environmentName = z.string().regex(/^[a-z0-9-]{3,32}$/);

/** A Linux for one renter: who may sign in, and with what. */
export const environmentSpec = z.object({
  id: id.describe("the rental's id, or the verification's"),
  name: environmentName,
  password: text(100),
  authorizedKeys: z.array(authorizedKey).max(50),
});
/** A Linux to be made. */
export type EnvironmentSpec = z.infer<typeof environmentSpec>;

/** What the device should be doing. */
export const task = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('idle'),
    next: environmentName.nullable().default(null).describe('name of the environment to keep waiting, for nobody yet'),
  }),
  z.object({ kind: z.literal('verify'), environment: environmentSpec }),
  z.object({ kind: z.literal('serve'), environment: environmentSpec, paused: z.boolean() }),
  z.object({ kind: z.literal('wipe'), wipeId: id }),
]);
/** Something to do. */
export type Task = z.infer<typeof task>;

/** App → agent, in answer to a poll: all that should be. Stating it twice changes nothing. */
export const agentOrder = z.object({
  version: text(64).describe('changes exactly when the rest does'),
  tunnel: tunnelSpec,
  diskGigabytes: z.number().int().min(1).max(100_000),
  image: imageSpec,
  task,
});
/** A whole order. */
export type AgentOrder = z.infer<typeof agentOrder>;

/** The environment as it is. `ready` means that its sshd has answered on its port 22 since it was started or resumed. */
export const environmentReport = z.object({
  id,
  state: z.enum(['preparing', 'ready', 'paused', 'failed']),
  hostKey: sshPublicKey.nullable(),
  steps: z.array(timedStep).max(30),
  problem: text(500).nullable(),
});
/** An environment as it is. */
export type EnvironmentReport = z.infer<typeof environmentReport>;

/** What a verification measured and tried; `id` is the verification's. */
export const verificationReport = z.object({
  id,
  hardware: hardware.nullable(),
  probes: z.array(probe).max(20),
  problem: text(500).nullable().describe('why the verification could not be finished'),
});
/** What came of a verification. */
export type VerificationReport = z.infer<typeof verificationReport>;

/** What a wipe did; `id` is the order's, so that an old proof is never taken for a new one. */
export const wipeReport = z.object({
  id,
  steps: z.array(timedStep).max(30),
  imageDigest: text(100).nullable().describe('of the image in the fresh engine'),
  problem: text(500).nullable().describe('null when nothing of the renter is left'),
});
/** What came of a wipe. */
export type WipeReport = z.infer<typeof wipeReport>;

/** Agent → app, on every poll: what I am actually doing, and the last order that I have seen. */
export const agentReport = z.object({
  protocol: z.number().int(),
  program: text(40),
  orderSeen: text(64).nullable(),
  tunnelUp: z.boolean(),
  tunnelProblem: text(500).nullable(),
  environment: environmentReport.nullable(),
  verification: verificationReport.nullable(),
  wipe: wipeReport.nullable(),
  metrics: metrics.nullable(),
});
/** All that an agent tells. */
export type AgentReport = z.infer<typeof agentReport>;

/** App → agent, when it declines: one word for programs and one sentence for the owner's log. */
export const agentRefusal = z.object({ error: text(60), message: text(500) });
/** Why an agent is sent away. */
export type AgentRefusal = z.infer<typeof agentRefusal>;
