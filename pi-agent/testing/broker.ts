import { randomUUID } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { json } from 'node:stream/consumers';
import {
  type AgentOrder,
  type AgentReport,
  agentOrder,
  agentReport,
  type RegisterRequest,
  registerRequest,
  type Task,
} from '../../lib/protocol/agent.ts';

type Lasting = Omit<AgentOrder, 'version' | 'task'>;

/** A strict broker with one device: it parses what the agent sends, and answers polls as the real one does. */
export type TestBroker = Awaited<ReturnType<typeof startTestBroker>>;

/** Starts a broker that knows one owner's key and serves one image file. */
export async function startTestBroker({ key, imageFile }: { key: string; imageFile: string }) {
  const news = new EventTarget();
  const token = randomUUID();
  const seen = { reports: [] as AgentReport[], registrations: [] as RegisterRequest[], faults: [] as string[] };
  const world = { order: null as AgentOrder | null, lasting: null as Lasting | null, reportsBefore: 0 };
  const tell = () => news.dispatchEvent(new Event('news'));

  async function register(request: IncomingMessage, response: ServerResponse) {
    const asked = registerRequest.parse(await json(request));
    if (asked.key !== key) return answer(response, 401, { error: 'unknownKey', message: 'This key is not known.' });
    seen.registrations.push(asked);
    tell();
    answer(response, 200, { deviceId: randomUUID(), deviceToken: token });
  }

  async function poll(request: IncomingMessage, response: ServerResponse) {
    if (request.headers.authorization !== `Bearer ${token}`) {
      return answer(response, 401, { error: 'unknownToken', message: 'This token is not known.' });
    }
    const report = agentReport.parse(await json(request));
    seen.reports.push(report);
    tell();
    const gone = new AbortController();
    response.once('close', () => gone.abort());
    await until(() => world.order !== null && world.order.version !== report.orderSeen, gone.signal);
    if (!gone.signal.aborted) answer(response, 200, agentOrder.parse(world.order));
  }

  function until(holds: () => unknown, signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const look = () => {
        if (!holds() && !signal.aborted) return;
        news.removeEventListener('news', look);
        resolve();
      };
      news.addEventListener('news', look);
      signal.addEventListener('abort', look);
      look();
    });
  }

  const doors: Record<string, (request: IncomingMessage, response: ServerResponse) => Promise<void>> = {
    '/api/agent/v1/register': register,
    '/api/agent/v1/poll': poll,
    '/images/environment.tar': async (_request, response) => void createReadStream(imageFile).pipe(response),
  };
  const server = createServer((request, response) => {
    const door = doors[request.url ?? ''];
    if (!door) return answer(response, 404, { error: 'notFound', message: 'There is nothing here.' });
    door(request, response).catch((error) => {
      seen.faults.push(String(error));
      answer(response, 400, { error: 'badRequest', message: String(error).slice(0, 400) });
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '0.0.0.0', resolve));

  return {
    port: (server.address() as AddressInfo).port,
    seen,
    last: () => seen.reports.at(-1),
    /** What stays the same in every order. */
    settle: (lasting: Lasting) => {
      world.lasting = lasting;
    },
    order: (task: Task) => {
      if (world.lasting) world.order = { version: randomUUID(), ...world.lasting, task };
      world.reportsBefore = seen.reports.length;
      tell();
    },
    /** Waits for a report that `holds`; `since` is how many reports to leave out: those before the last order, where nothing is said. */
    report: async (holds: (report: AgentReport) => unknown, withinMs = 60_000, since = world.reportsBefore) => {
      const find = () => seen.reports.slice(since).find((report) => holds(report));
      await until(() => find(), AbortSignal.timeout(withinMs));
      const found = find();
      if (!found)
        throw new Error(`no such report within ${withinMs} ms; the last: ${JSON.stringify(seen.reports.at(-1))}`);
      return found;
    },
    stop: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}

function answer(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}
