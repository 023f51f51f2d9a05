import type { RentalRoute } from '../lib/relays/queries.ts';
import { type MapName, mapFiles, type Route, routeSteps, writeMaps } from './maps.ts';
import type { Runtime } from './runtime.ts';
import { cutSessions, listSessions, type Session } from './sessions.ts';

/** The routes that a rental is to be reached by. */
export function routesOf({ name, port, address, tlsPassthrough }: RentalRoute, rentDomain: string): Route[] {
  const host = `${name}.${rentDomain}`;
  const routes: Route[] = [
    { map: 'ports', key: String(port), address },
    { map: 'hosts', key: host, address },
  ];
  return tlsPassthrough ? [...routes, { map: 'passthrough', key: host, address }] : routes;
}

/** Makes HAProxy's routes what they should be, and ends connections over routes that are no more. */
export type RouteKeeper = { apply(wanted: Route[]): Promise<void> };

/** A keeper of the routes of the HAProxy in `folder`. */
export function keepRoutes(runtime: Runtime, folder: string): RouteKeeper {
  // A daemon that died in between may have left files behind, or connections over routes that it closed.
  const owed = { cut: true, files: true };

  return {
    async apply(wanted) {
      const steps = routeSteps(wanted, await listRoutes(runtime));
      if (owed.files || steps.length > 0) await writeMaps(folder, wanted);
      owed.files = false;
      const closing = steps.filter((step) => step.do === 'close');
      const opening = steps.filter((step) => step.do === 'open');

      for (const { route } of closing) await runtime.ask(`del map ${mapFiles[route.map]} ${route.key}`);
      if (closing.length > 0) owed.cut = true;
      if (owed.cut) await cutStrays(runtime, wanted);
      owed.cut = false;
      for (const { route } of opening)
        await runtime.ask(`add map ${mapFiles[route.map]} ${route.key} ${route.address}`);
    },
  };
}

async function listRoutes(runtime: Runtime): Promise<Route[]> {
  const names = Object.keys(mapFiles) as MapName[];
  const maps = await Promise.all(names.map((map) => runtime.ask(`show map ${mapFiles[map]}`)));
  return names.flatMap((map, index) =>
    [...(maps[index] ?? '').matchAll(/^0x\S+ (\S+) (\S+)$/gm)].map(([, key = '', address = '']) => ({
      map,
      key,
      address,
    })),
  );
}

/** By which map a connection of each of HAProxy's backends has come. */
const mapOf: Record<string, MapName> = {
  environment_ssh: 'ports',
  environment_web: 'hosts',
  environment_tls: 'passthrough',
};

async function cutStrays(runtime: Runtime, wanted: Route[]) {
  const led = new Set(wanted.map(({ map, address }) => `${map} ${address}`));
  const isStray = ({ backend, serverAddress }: Session) =>
    mapOf[backend] !== undefined && !led.has(`${mapOf[backend]} ${serverAddress.split(':')[0]}`);
  await cutSessions(runtime, (await listSessions(runtime)).filter(isStray));
}
