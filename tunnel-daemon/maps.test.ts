import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type Route, routeSteps } from './maps.ts';

const route = fc.record<Route>({
  map: fc.constantFrom('ports', 'hosts', 'passthrough'),
  key: fc.constantFrom('20000', '20001', 'a', 'b'),
  address: fc.constantFrom('127.64.0.1', '127.64.0.2', '127.64.0.3'),
});
const routes = fc.uniqueArray(route, { selector: ({ map, key }) => `${map} ${key}` });

test('closing and opening routes leads to the wanted ones from any others, and no key ever leads to two devices', () => {
  fc.assert(
    fc.property(routes, routes, (wanted, open) => {
      const maps = new Map(open.map((one) => [`${one.map} ${one.key}`, one]));
      for (const { do: verb, route: one } of routeSteps(wanted, open)) {
        const key = `${one.map} ${one.key}`;
        if (verb === 'open') expect(maps.has(key)).toBe(false);
        if (verb === 'open') maps.set(key, one);
        else maps.delete(key);
      }
      const sorted = (list: Iterable<Route>) => [...list].map((one) => JSON.stringify(one)).sort();
      expect(sorted(maps.values())).toEqual(sorted(wanted));
    }),
  );
});

test('nothing is done when the routes are right', () => {
  fc.assert(
    fc.property(routes, (wanted) => {
      expect(routeSteps(wanted, [...wanted].reverse())).toEqual([]);
    }),
  );
});
