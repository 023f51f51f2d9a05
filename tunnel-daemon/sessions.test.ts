import { expect, test } from 'vitest';
import type { Runtime } from './runtime.ts';
import { cutSessions, listSessions } from './sessions.ts';
import { endSilentCalls } from './silence.ts';

const place = '0x55d0d1505220';

/** What HAProxy 2.6 tells of a renter's caller who has said nothing. */
const caller = (number: number, age: number) => `${place}: [23/Nov/2026:03:41:45.050118] id=${number} proto=tcpv4
  flags=0x4a, conn_retries=0, conn_exp=<NEVER> conn_et=0x000 srv_conn=0x55d0d1446160, pend_pos=(nil) waiting=0 epoch=0
  frontend=environments (id=4 mode=tcp), listener=? (id=1) addr=127.0.0.1:20000
  backend=environment_ssh (id=5 mode=tcp) addr=127.0.0.1:35350
  server=environment (id=1) addr=127.64.0.1:2200
  task=0x55d0d1633390 (state=0x00 nice=0 calls=2 rate=0 exp=3s tmask=0x1 age=${age}s)
  req=0x55d0d1505240 (f=0x808000 an=0x0 pipe=0 tofwd=-1 total=0)
`;

/** A HAProxy that carries one caller, and where another one is by the time that the details are asked for. */
function changing(listed: { number: number; age: number }, later: { number: number; age: number }) {
  const cut: string[] = [];
  const runtime: Pick<Runtime, 'ask'> = {
    ask: async (command) => {
      if (command === 'show sess all') return caller(listed.number, listed.age);
      if (command === 'show sess') return `${place}: proto=tcpv4 fe=environments be=b age=${listed.age}s calls=2\n`;
      if (command === `show sess ${place}`) return caller(later.number, later.age);
      cut.push(command);
      return '';
    },
  };
  return { runtime: runtime as Runtime, cut };
}

test('a connection is ended, and one that has taken its place in memory meanwhile is not', async () => {
  const same = changing({ number: 5, age: 1 }, { number: 5, age: 1 });
  await cutSessions(same.runtime, await listSessions(same.runtime));
  expect(same.cut).toEqual([`shutdown session ${place}`]);

  const other = changing({ number: 5, age: 1 }, { number: 6, age: 0 });
  await cutSessions(other.runtime, await listSessions(other.runtime));
  expect(other.cut).toEqual([]);
});

test('a caller who has been silent for seven seconds is cut, whoever has just come to the same place is not', async () => {
  const same = changing({ number: 5, age: 7 }, { number: 5, age: 7 });
  await endSilentCalls(same.runtime);
  expect(same.cut).toEqual([`shutdown session ${place}`]);

  const other = changing({ number: 5, age: 7 }, { number: 6, age: 0 });
  await endSilentCalls(other.runtime);
  expect(other.cut).toEqual([]);
});
