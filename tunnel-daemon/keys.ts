import { once } from 'node:events';
import { chmod, chown, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import { forwards } from '../lib/protocol/agent.ts';
import type { TunnelDevice } from '../lib/relays/queries.ts';
import type { Account } from './account.ts';

/** Where sshd's look-ups arrive, and who may ask. */
type KeyServerOptions = {
  socket: string;
  account: Account;
  find: (fingerprint: string) => Promise<TunnelDevice | null>;
};

/** Answers sshd's AuthorizedKeysCommand: who may sign in with a key, and what that device may then do. */
export async function startKeyServer({ socket, account, find }: KeyServerOptions): Promise<{ stop(): Promise<void> }> {
  const server = createServer(async (request, response) => {
    const fingerprint = new URL(request.url ?? '/', 'http://daemon').searchParams.get('fp') ?? '';
    try {
      const device = await find(fingerprint);
      response.end(device ? `${authorizedKey(device)}\n` : '');
    } catch {
      response.writeHead(503).end();
    }
  });
  await rm(socket, { force: true });
  await once(server.listen(socket), 'listening');
  await chmod(socket, 0o660);
  if (account.uid !== process.getuid?.()) await chown(socket, 0, account.gid);
  return {
    async stop() {
      server.close();
      server.closeAllConnections();
    },
  };
}

/** The line of an authorized_keys file that lets a device open its own three listeners and nothing else. */
export function authorizedKey({ address, publicKey }: Pick<TunnelDevice, 'address' | 'publicKey'>): string {
  const own = forwards.map(({ listen }) => `permitlisten="${address}:${listen}"`);
  return `restrict,port-forwarding,${own.join(',')} ${publicKey}`;
}
