import { shOk } from '../scripts/testing/terminal.ts';
import { startBareEnvironment } from './bare-environment.ts';
import { startBareTunnel } from './bare-tunnel.ts';
import type { BenchBroker } from './broker.ts';
import type { Figure } from './figure.ts';
import { median } from './quantiles.ts';
import { rent, stop } from './rental.ts';

const RUNS = 5;
const MEGABYTES = 512;

/** What one session carries: the line that is timed, around the ssh command that leads to the environment. */
const ways = {
  'to the environment': (ssh: string) => `head -c ${MEGABYTES}M /dev/zero | ${ssh} 'cat > /dev/null'`,
  'from the environment': (ssh: string) => `${ssh} 'head -c ${MEGABYTES}M /dev/zero' > /dev/null`,
};

/** Sends through a rental's public port and through a bare reverse tunnel in turn, both ways. */
export async function measureThroughput(broker: BenchBroker): Promise<Figure[]> {
  const rental = await rent(broker);
  const figures: Figure[] = [];
  {
    await using environment = await startBareEnvironment(broker.keyFile);
    await using tunnel = await startBareTunnel(environment.address);
    const sameCipher = (ssh: string) => ssh.replace(/^ssh/, 'ssh -c aes128-gcm@openssh.com');
    const ours = sameCipher(rental.terminal.ssh);
    const bare = sameCipher(`${environment.ssh} -p ${tunnel.port} bench@127.0.0.1`);
    for (const [name, line] of Object.entries(ways)) figures.push(await compare(name, line(ours), line(bare)));
  }
  await stop(broker, rental);
  return figures;
}

async function compare(name: string, ours: string, bare: string): Promise<Figure> {
  const speeds = { ours: [] as number[], bare: [] as number[] };
  for (let run = 0; run < RUNS; run++) {
    speeds.bare.push(await speedOf(bare));
    speeds.ours.push(await speedOf(ours));
  }
  const [own, plain] = [median(speeds.ours), median(speeds.bare)];
  return {
    name: `${name}, as a part of the bare tunnel’s`,
    value: own / plain,
    unit: '',
    comparedWith: `${own.toFixed(0)} MB/s beside ${plain.toFixed(0)} MB/s behind a bare ssh -R, medians of ${RUNS}`,
    target: { least: 0.85 },
  };
}

/** Megabytes a second, with the session's opening counted. */
async function speedOf(line: string): Promise<number> {
  const begun = performance.now();
  await shOk(line, { timeoutSeconds: 300 });
  return (MEGABYTES * 1.048576) / ((performance.now() - begun) / 1000);
}
