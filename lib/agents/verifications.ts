import { eq } from 'drizzle-orm';
import type { Tx } from '#db/client';
import { devices } from '#db/schema/devices';
import {
  failVerification,
  finishVerification,
  type LockedDevice,
  lockDevice,
  moveDevice,
  tellDevice,
} from '#lib/devices/moves';
import { type Hardware, probe, type VerificationReport, type WipeReport } from '#lib/protocol/agent';

/** Takes in what a verification found; it counts once all of it is there. */
export async function recordVerification(
  tx: Tx,
  { id }: LockedDevice,
  { verification }: { verification: VerificationReport | null },
  at: Date,
) {
  if (!verification) return;
  const device = await lockDevice(tx, id);
  if (device?.state !== 'verifying' || verification.id !== device.jobId || device.measuredAt) return;

  const problem = verification.problem ?? failedProbe(verification);
  const { hardware, probes } = verification;
  if (problem) {
    await tx.update(devices).set({ probes }).where(eq(devices.id, id));
    await failVerification(tx, device, problem, at);
  } else if (hardware && triedAll(verification)) {
    await tx
      .update(devices)
      .set({ ...factsOf(hardware), hardware, probes, measuredAt: at })
      .where(eq(devices.id, id));
    await tellDevice(tx, id, 'hardwareMeasured', at, summaryOf(hardware));
    await finishVerification(tx, id, at);
  }
}

/** Takes in the proof of a wipe: the device is rented out again only when nothing of the renter is left. */
export async function recordWipe(tx: Tx, device: LockedDevice, report: WipeReport, at: Date) {
  if (device.state !== 'wiping' || report.id !== device.jobId) return;
  await tx.update(devices).set({ lastWipe: report }).where(eq(devices.id, device.id));
  if (report.problem === null) await moveDevice(tx, device, 'wiped', at);
  else await moveDevice(tx, device, 'wipeFailed', at, `${report.problem} Ask the broker’s admin to clear the device.`);
}

function failedProbe({ probes }: VerificationReport): string | null {
  const failed = probes.find(({ passed }) => !passed);
  return failed ? (failed.fix ?? `${failed.tried}: ${failed.seen}`) : null;
}

function triedAll({ probes }: VerificationReport): boolean {
  return probe.shape.name.options.every((name) => probes.some((tried) => tried.name === name));
}

/** The measured facts that the market filters and sorts by. */
function factsOf({ architecture, cores, cpuScore, memoryBytes, diskBytes }: Hardware) {
  const whole = (bytes: number) => BigInt(Math.round(bytes));
  return { architecture, cores, cpuScore, memoryBytes: whole(memoryBytes), diskBytes: whole(diskBytes) };
}

function summaryOf({ model, cores, memoryBytes }: Hardware): string {
  return `${model}, ${cores} cores, ${(memoryBytes / 2 ** 30).toFixed(1)} GiB of memory`;
}
