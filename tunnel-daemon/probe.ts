import { connect } from 'node:net';
import ssh2 from 'ssh2';

/** Where an ssh server is looked for, and from which of our own addresses. */
export type Door = { host: string; port: number; localAddress?: string };

/** What came of a look: nobody answered as an ssh server, an other one did, or the expected one. */
export type ProbeResult = 'unreachable' | 'foreign' | 'proved';

const PATIENCE_MS = 8000;

/** Whether an ssh server greets at `door`. */
export function readGreeting(door: Door): Promise<ProbeResult> {
  const socket = connect({ ...door, timeout: PATIENCE_MS });
  return new Promise((resolve) => {
    const answer = (result: ProbeResult) => {
      resolve(result);
      socket.destroy();
    };
    socket.once('data', (data) => answer(data.toString('latin1').startsWith('SSH-') ? 'proved' : 'unreachable'));
    socket.once('timeout', () => answer('unreachable'));
    socket.once('close', () => answer('unreachable'));
    socket.on('error', () => {});
  });
}

/** Whether the ssh server at `door` holds the private half of `hostKey` (type and base64). Nobody signs in. */
export function compareHostKey(door: Door, hostKey: string): Promise<ProbeResult> {
  const client = new ssh2.Client();
  const expected = Buffer.from(hostKey.split(' ')[1] ?? '', 'base64');
  const seen = { foreign: false };
  return new Promise((resolve) => {
    const answer = (result: ProbeResult) => {
      resolve(result);
      // Not `end`: a stranger's server may never let go.
      client.destroy();
    };
    // The handshake is complete only once the server has signed it with the key that it showed.
    client.once('handshake', () => answer('proved'));
    client.once('close', () => answer(seen.foreign ? 'foreign' : 'unreachable'));
    client.on('error', () => {});
    client.connect({
      ...door,
      username: 'proof',
      readyTimeout: PATIENCE_MS,
      algorithms: { serverHostKey: ['ssh-ed25519'] },
      authHandler: () => false,
      hostVerifier: (key: Buffer) => {
        seen.foreign = !key.equals(expected);
        return !seen.foreign;
      },
    });
  });
}
