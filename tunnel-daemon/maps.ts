import { appendFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** HAProxy's maps: from a public port, a web name, or a web name whose TLS is passed through, to a device's address. */
export const mapFiles = { ports: 'ports.map', hosts: 'hosts.map', passthrough: 'passthrough.map' } as const;
/** One of HAProxy's maps. */
export type MapName = keyof typeof mapFiles;

/** One line of a map: whoever comes for `key` is led to the device at `address`. */
export type Route = { map: MapName; key: string; address: string };

/** What brings HAProxy's maps from what they are to what they should be. */
export type RouteStep = { do: 'close' | 'open'; route: Route };

/** Compares the routes that should exist with those that do. Closing first frees keys for opening. */
export function routeSteps(wanted: Route[], open: Route[]): RouteStep[] {
  const wantedLines = new Set(wanted.map(line));
  const openLines = new Set(open.map(line));
  return [
    ...open.filter((route) => !wantedLines.has(line(route))).map((route) => ({ do: 'close', route }) as const),
    ...wanted.filter((route) => !openLines.has(line(route))).map((route) => ({ do: 'open', route }) as const),
  ];
}

function line({ map, key, address }: Route): string {
  return `${map} ${key} ${address}`;
}

/** Writes the files that a HAProxy which starts alone reads; each is complete at every moment. */
export async function writeMaps(folder: string, routes: Route[]) {
  for (const [map, name] of Object.entries(mapFiles)) {
    const lines = routes.filter((route) => route.map === map).map(({ key, address }) => `${key} ${address}\n`);
    const file = join(folder, name);
    await writeFile(`${file}.new`, lines.join(''));
    await rename(`${file}.new`, file);
  }
}

/** Makes those map files that are missing; one that an earlier daemon left is what its HAProxy goes by. */
export async function makeMaps(folder: string) {
  for (const name of Object.values(mapFiles)) await appendFile(join(folder, name), '');
}
