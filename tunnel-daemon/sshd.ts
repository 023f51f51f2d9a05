import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Account } from './account.ts';
import type { DaemonSettings } from './config.ts';
import { SSHD_ADDRESS } from './loopback.ts';
import type { Program } from './programs.ts';

const run = promisify(execFile);

/** Key exchanges that we offer, best first; an older OpenSSH does not know all of them. */
const exchanges = [
  'mlkem768x25519-sha256',
  'sntrup761x25519-sha512@openssh.com',
  'curve25519-sha256',
  'curve25519-sha256@libssh.org',
];

/** The sshd that devices sign in to; it asks the key server on `keySocket` whom to let in. */
export async function sshdProgram(settings: DaemonSettings, account: Account, keySocket: string): Promise<Program> {
  // Where root's sshd locks itself in before anybody has signed in; a machine without the system's sshd lacks it.
  if (account.uid !== process.getuid?.()) await mkdir('/run/sshd', { recursive: true, mode: 0o755 });
  const { stdout: known } = await run('ssh', ['-Q', 'kex']);
  const configuration = sshdConfiguration({
    port: settings.SSHD_PORT,
    hostKey: hostKeyFile(settings),
    user: account.name,
    keySocket,
    exchanges: exchanges.filter((name) => known.split('\n').includes(name)),
  });
  const file = join(settings.RUN_FOLDER, 'sshd.conf');
  await writeFile(file, configuration);
  return { name: 'sshd', command: '/usr/sbin/sshd', args: ['-D', '-e', '-f', file], configuration };
}

/** The relay's public host key, type and base64; the key is made at the first start. */
export async function relayHostKey(settings: DaemonSettings): Promise<string> {
  const file = hostKeyFile(settings);
  if (!existsSync(file)) await run('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-C', '', '-f', file]);
  const [type, key] = (await readFile(`${file}.pub`, 'utf8')).trim().split(' ');
  return `${type} ${key}`;
}

function hostKeyFile({ DATA_FOLDER }: DaemonSettings): string {
  return join(DATA_FOLDER, 'relay_host_key');
}

type SshdOptions = { port: number; hostKey: string; user: string; keySocket: string; exchanges: string[] };

/**
 * A restarted daemon is away for a moment, so curl tries again; the key server therefore answers an unknown key with
 * an empty line and not with an error. Unencoded, the `+` in half of all fingerprints would arrive as a space.
 */
function sshdConfiguration({ port, hostKey, user, keySocket, exchanges }: SshdOptions): string {
  const lookUp = `/usr/bin/curl -sfG -m 8 --retry 15 --retry-all-errors --retry-delay 1 --unix-socket "${keySocket}"`;
  return `
ListenAddress ${SSHD_ADDRESS}:${port}
HostKey "${hostKey}"
PidFile none
LogLevel VERBOSE

AllowUsers ${user}
AuthenticationMethods publickey
PasswordAuthentication no
KbdInteractiveAuthentication no
UsePAM no
AuthorizedKeysFile none
AuthorizedKeysCommand ${lookUp} --data-urlencode fp=%f http://daemon/keys
AuthorizedKeysCommandUser ${user}

AllowTcpForwarding remote
GatewayPorts clientspecified
AllowStreamLocalForwarding no
AllowAgentForwarding no
X11Forwarding no
PermitTunnel no
PermitTTY no
PermitUserRC no
# Refuses every session, while -N -R works.
MaxSessions 0

LoginGraceTime 9
MaxAuthTries 6
MaxStartups 300:30:1000
# A half-open tunnel ends after interval × 2 × (count + 1), as measured with 9.2: 30 s.
ClientAliveInterval 5
ClientAliveCountMax 2
UseDNS no
Compression no

KexAlgorithms ${exchanges.join(',')}
Ciphers aes128-gcm@openssh.com,chacha20-poly1305@openssh.com,aes256-gcm@openssh.com
MACs hmac-sha2-256-etm@openssh.com,hmac-sha2-512-etm@openssh.com
HostKeyAlgorithms ssh-ed25519
PubkeyAcceptedAlgorithms ssh-ed25519
`;
}
