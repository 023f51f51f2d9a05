import { unmountDisk } from './disk.ts';
import type { Environments } from './docker.ts';
import { stopEngine } from './engine.ts';
import { end } from './programs.ts';
import { closeTunnel } from './tunnel.ts';

/** Ends all that outlives the Node program: visitors first, then the environment as gently as time allows. */
export async function endEverything(environments: Environments): Promise<void> {
  await closeTunnel();
  await environments.resume();
  await environments.stop().catch(() => {
    // Without an engine or an environment there is nothing to be gentle with; the next lines end what is left.
  });
  await stopEngine();
  await unmountDisk();
  await end('dns');
}
