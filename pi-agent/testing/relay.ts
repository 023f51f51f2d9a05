import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { forwards } from '../../lib/protocol/agent.ts';

/** A relay's sshd with the settings that matter to an agent, for one device key. */
export type TestRelay = Awaited<ReturnType<typeof startTestRelay>>;

/** Starts an sshd that lets `publicKey` listen on `address` and nothing else. */
export async function startTestRelay({ publicKey, address }: { publicKey: string; address: string }) {
  // Not below the user's home or /tmp with its sticky bit: sshd wants parents that only root can write.
  const folder = mkdtempSync('/run/rpibroker-test-');
  const port = await freePort();
  execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', join(folder, 'host')]);
  const permits = forwards.map(({ listen }) => `permitlisten="${address}:${listen}"`).join(',');
  writeFileSync(join(folder, 'keys'), `restrict,port-forwarding,${permits} ${publicKey}\n`, { mode: 0o600 });
  writeFileSync(
    join(folder, 'config'),
    `Port ${port}
HostKey ${folder}/host
PidFile ${folder}/pid
AuthorizedKeysFile ${folder}/keys
AllowTcpForwarding remote
AllowStreamLocalForwarding no
GatewayPorts clientspecified
PermitTTY no
MaxSessions 0
PasswordAuthentication no
KbdInteractiveAuthentication no
PermitRootLogin prohibit-password
UsePAM no
ClientAliveInterval 5
ClientAliveCountMax 2
`,
  );
  execFileSync('mkdir', ['-p', '/run/sshd']);
  const sshd = spawn('/usr/sbin/sshd', ['-D', '-e', '-f', join(folder, 'config')], { stdio: 'ignore' });
  await once(sshd, 'spawn');
  return {
    port,
    user: userInfo().username,
    hostKey: readFileSync(join(folder, 'host.pub'), 'utf8').split(' ').slice(0, 2).join(' '),
    stop: async () => {
      // Sessions are processes of their own; none may keep the address after the test.
      execFileSync('sh', ['-c', `pkill -TERM -P ${sshd.pid} || true`]);
      sshd.kill();
      await once(sshd, 'exit');
      rmSync(folder, { recursive: true });
    },
  };
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0);
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  return port;
}
