import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Logger } from '../lib/process/log.ts';
import type { RelayFacts } from '../lib/relays/commands.ts';
import { type Account, tunnelAccount } from './account.ts';
import type { DaemonSettings } from './config.ts';
import { haproxyProgram } from './haproxy.ts';
import { openLoopback } from './loopback.ts';
import type { Program } from './programs.ts';
import { relayHostKey, sshdProgram } from './sshd.ts';
import { type Certificate, rentCertificate } from './tls.ts';

/** What lies ready before the first program starts: account, keys, certificate and configurations. */
export type PreparedRelay = {
  account: Account;
  certificate: Certificate;
  facts: RelayFacts;
  keySocket: string;
  programs: { sshd: Program; haproxy: Program };
};

/** Makes what is missing of a relay's keys, certificate, account and routes, and writes its programs' configurations. */
export async function prepareRelay(settings: DaemonSettings, log: Logger): Promise<PreparedRelay> {
  const { DATA_FOLDER, RUN_FOLDER } = settings;
  for (const folder of [DATA_FOLDER, RUN_FOLDER]) await mkdir(folder, { recursive: true, mode: 0o755 });
  await openLoopback(log);
  const account = await tunnelAccount();
  const certificate = await rentCertificate(settings);
  const keySocket = join(RUN_FOLDER, 'keys.sock');
  const hostKey = await relayHostKey(settings);
  return {
    account,
    certificate,
    facts: relayFacts(settings, { sshUser: account.name, hostKey }),
    keySocket,
    programs: {
      sshd: await sshdProgram(settings, account, keySocket),
      haproxy: await haproxyProgram(settings, certificate.file),
    },
  };
}

function relayFacts(settings: DaemonSettings, own: Pick<RelayFacts, 'sshUser' | 'hostKey'>): RelayFacts {
  return {
    ...own,
    name: settings.RELAY_NAME,
    host: settings.RELAY_HOST,
    deviceHost: settings.RELAY_DEVICE_HOST ?? settings.RELAY_HOST,
    sshPort: settings.TUNNEL_SSH_PORT,
    rentDomain: settings.RENT_DOMAIN,
    httpPort: settings.HTTP_PORT,
    httpsPort: settings.HTTPS_PORT,
    firstPort: settings.FIRST_PORT,
    lastPort: settings.LAST_PORT,
  };
}
