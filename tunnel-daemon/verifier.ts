import { deviceProofFailed, deviceProved } from '../lib/devices/commands.ts';
import type { Clock } from '../lib/process/clock.ts';
import type { Logger } from '../lib/process/log.ts';
import { forwards } from '../lib/protocol/agent.ts';
import type { Verification } from '../lib/relays/queries.ts';
import { measureDownload, measureRoundTrip, measureUpload } from './measure.ts';
import { compareHostKey } from './probe.ts';

const [ssh, source, sink] = forwards;
/** How long an environment that was reported ready may stay silent. */
const PATIENCE_MS = 60_000;
/** How often a measurement may break off, and the first pause after that; each further one is twice as long. */
const TRIES = 5;
const PAUSE_MS = 10_000;

/** Signs in to the verification environments of devices and measures the way there, each verification once. */
export type Verifier = { verify(verifications: Verification[]): void };

type VerifierOptions = { clock: Clock; log: Logger };
type Attempt = { began: number; busy: boolean; failures: number; notBefore: number };

/** A verifier; `clock` dates what it finds. */
export function createVerifier(options: VerifierOptions): Verifier {
  const attempts = new Map<string, Attempt>();
  return {
    verify(verifications) {
      const wanted = new Set(verifications.map(({ jobId }) => jobId));
      for (const jobId of attempts.keys()) if (!wanted.has(jobId)) attempts.delete(jobId);
      for (const verification of verifications) void attemptOnce(options, attempts, verification);
    },
  };
}

async function attemptOnce(options: VerifierOptions, attempts: Map<string, Attempt>, verification: Verification) {
  const { deviceId, jobId } = verification;
  const now = performance.now();
  const attempt = attempts.get(jobId) ?? { began: now, busy: false, failures: 0, notBefore: now };
  if (attempt.busy || now < attempt.notBefore) return;
  attempts.set(jobId, attempt);
  attempt.busy = true;
  await reach(options, verification, attempt)
    .catch((error: unknown) => options.log.warn({ err: error, deviceId }, 'verification attempt failed'))
    .finally(() => {
      attempt.busy = false;
    });
}

async function reach(options: VerifierOptions, verification: Verification, attempt: Attempt) {
  const { clock, log } = options;
  const { deviceId, jobId, address, hostKey } = verification;
  const result = await compareHostKey({ host: address, port: ssh.listen }, hostKey);
  const lateBy = performance.now() - attempt.began - PATIENCE_MS;
  if (result === 'foreign' || (result === 'unreachable' && lateBy > 0)) {
    await deviceProofFailed({ deviceId, jobId, problem: problems[result], at: clock.now() });
  }
  if (result !== 'proved') return;
  const measured = await measureWay(address).catch((err: unknown) =>
    log.warn({ err, deviceId }, 'measurement broke off'),
  );
  if (!measured) return postpone(options, verification, attempt);
  await deviceProved({ deviceId, jobId, ...measured, at: clock.now() });
  log.info({ deviceId, ...measured }, 'device proved');
}

async function measureWay(host: string) {
  return {
    roundTripMs: await measureRoundTrip({ host, port: sink.listen }),
    downloadMbps: await measureDownload({ host, port: sink.listen }),
    uploadMbps: await measureUpload({ host, port: source.listen }),
  };
}

/** A measurement broke off: it is tried again after a while, but not for ever. */
async function postpone({ clock }: VerifierOptions, { deviceId, jobId }: Verification, attempt: Attempt) {
  attempt.notBefore = performance.now() + PAUSE_MS * 2 ** attempt.failures;
  attempt.failures++;
  if (attempt.failures < TRIES) return;
  await deviceProofFailed({ deviceId, jobId, problem: problems.unmeasured, at: clock.now() });
}

const problems = {
  foreign: 'Behind the tunnel another ssh host key answered than the one that the agent reported.',
  unreachable:
    'The relay could not reach the test environment through the tunnel. Restart the agent and try again; when it stays so, look at its log.',
  unmeasured: `The relay reached the test environment, but each of ${TRIES} measurements of the way there broke off. Check that the device’s network is stable, then verify it again.`,
};
