import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { inBatches } from '../lib/process/batches.ts';
import { forwards } from '../lib/protocol/agent.ts';
import { type Account, edgeAccount } from './account.ts';
import type { DaemonSettings } from './config.ts';
import { EDGE_ADDRESS, PROVER_ADDRESS, SSHD_ADDRESS } from './loopback.ts';
import { makeMaps, mapFiles } from './maps.ts';
import { explainingPages } from './pages.ts';
import type { Program } from './programs.ts';

/** The HAProxy through which devices, renters and visitors enter; its folder holds all that it reads. */
export async function haproxyProgram(settings: DaemonSettings, certificate: string): Promise<Program> {
  const folder = settings.RUN_FOLDER;
  await mkdir(join(folder, 'pages'), { recursive: true });
  const pages = explainingPages();
  for (const [name, page] of Object.entries(pages)) await writeFile(join(folder, 'pages', `${name}.html`), page);
  await makeMaps(folder);

  const account = await edgeAccount();
  const configuration = haproxyConfiguration({
    settings,
    certificate,
    account,
    connections: await affordableConnections(settings),
  });
  await writeFile(join(folder, 'haproxy.cfg'), configuration);
  // Names in the configuration are relative to the folder: a path of any length or spelling works.
  return {
    name: 'haproxy',
    ...inBatches('/usr/sbin/haproxy', ['-db', '-f', 'haproxy.cfg']),
    configuration: configuration + JSON.stringify(pages),
  };
}

/**
 * How many busy directions at once the kernel moves by itself, without a copy through HAProxy; each takes two
 * descriptors. Both directions are asked for by name: `splice-auto` left the way to the environment as slow as before.
 */
const SPLICES = 512;

/** Each connection takes two file descriptors and each public port one; without the right to raise it, the limit holds. */
async function affordableConnections({ FIRST_PORT, LAST_PORT }: DaemonSettings): Promise<number> {
  const limits = await readFile('/proc/self/limits', 'utf8');
  const hard = Number(/^Max open files +\S+ +(\d+)/m.exec(limits)?.[1] ?? 1024);
  const spare = Math.min(hard, 200_000) - (LAST_PORT - FIRST_PORT + 1) - 2 * SPLICES - 200;
  return Math.max(100, Math.floor(spare / 2));
}

type EdgeOptions = { settings: DaemonSettings; certificate: string; account: Account | null; connections: number };

function haproxyConfiguration({ settings, certificate, account, connections }: EdgeOptions): string {
  return [
    globalSection({ account, connections }),
    tunnelSection(settings),
    sshSection(settings),
    webSection({ settings, certificate, account }),
  ].join('\n');
}

function globalSection({ account, connections }: Pick<EdgeOptions, 'account' | 'connections'>) {
  return `
global
  maxconn ${connections}
  maxpipes ${SPLICES}
  tune.pipesize 262144
  stats socket unix@haproxy.sock mode 600 level admin
  stats timeout 1h
  ssl-default-bind-options ssl-min-ver TLSv1.2 no-tls-tickets
  ssl-default-bind-ciphers ECDHE+AESGCM:ECDHE+CHACHA20
  ${account ? `user ${account.name}\n  group ${account.name}` : ''}

# Tells the daemon from where each connection to sshd really comes.
ring arrivals
  format raw
  maxlen 100
  size 1048576

defaults
  maxconn ${connections}
  retries 0
  timeout connect 5s
  timeout client 10s
  timeout server 10s
  option splice-request
  option splice-response
  option clitcpka
  option srvtcpka
  clitcpka-idle 60s
  clitcpka-intvl 15s
  clitcpka-cnt 4
`;
}

/**
 * Devices. sshd gives nobody more than 9 s to sign in, so at most 55 arrivals in 10 s keep at most 100 strangers of
 * one network waiting. A source from which a device has signed in before is counted by itself, and failed sign-ins
 * beside it do not shut it out: they are slowed.
 */
function tunnelSection({ LISTEN_ADDRESS, TUNNEL_SSH_PORT, SSHD_PORT, PENALTY_SECONDS }: DaemonSettings): string {
  return `
backend blocked
  stick-table type ip size 100k expire ${PENALTY_SECONDS * 1000}ms store gpc0
backend trusted
  stick-table type ip size 100k expire 24d store gpc0
backend networks
  stick-table type ip size 100k expire 60s store gpc0_rate(10s)

frontend tunnels
  bind ${LISTEN_ADDRESS}:${TUNNEL_SSH_PORT}
  mode tcp
  timeout client 60s
  timeout client-fin 5s
  log ring@arrivals format raw local0
  option logasap
  log-format "%ci %bp"
  acl trusted src,table_gpc0(trusted) gt 0
  acl blocked src,table_gpc0(blocked) gt 0
  tcp-request connection reject if blocked !trusted
  tcp-request connection track-sc0 src table networks if trusted
  tcp-request connection track-sc0 src,ipmask(24) table networks unless trusted
  tcp-request connection reject if { sc0_gpc0_rate gt 55 }
  tcp-request connection sc-inc-gpc0(0)
  tcp-request inspect-delay 2s
  tcp-request content accept unless blocked
  tcp-request content accept if WAIT_END
  default_backend sshd
backend sshd
  mode tcp
  timeout server 60s
  timeout server-fin 5s
  server sshd ${SSHD_ADDRESS}:${SSHD_PORT} source ${EDGE_ADDRESS}
`;
}

/**
 * Renters. A port that is in no map is closed at once; a stranger who keeps guessing is slowed by real source. Three
 * addresses that each hold as many connections to one environment as they may leave room there: its sshd begins to
 * turn callers away at eighty.
 */
function sshSection({ LISTEN_ADDRESS, FIRST_PORT, LAST_PORT }: DaemonSettings): string {
  return `
backend callers
  stick-table type ip size 100k expire 60s store gpc0_rate(10s)
backend doors
  stick-table type string len 48 size 100k expire 60s store conn_cur

frontend environments
  bind ${LISTEN_ADDRESS}:${FIRST_PORT}-${LAST_PORT}
  mode tcp
  timeout client 7d
  timeout client-fin 30s
  acl prover src ${PROVER_ADDRESS}
  tcp-request connection reject unless { dst_port,map_int_ip(${mapFiles.ports}) -m found }
  tcp-request connection track-sc0 src table callers unless prover
  tcp-request connection reject if { sc0_gpc0_rate gt 40 } !prover
  tcp-request connection set-var(sess.port) dst_port
  tcp-request connection track-sc1 src,concat(:,sess.port) table doors unless prover
  tcp-request connection reject if { sc1_conn_cur gt 25 } !prover
  tcp-request connection sc-inc-gpc0(0) unless prover
  tcp-request content set-dst dst_port,map_int_ip(${mapFiles.ports})
  default_backend environment_ssh
backend environment_ssh
  mode tcp
  timeout server 7d
  timeout server-fin 30s
  server environment 0.0.0.0:${listenFor(22)} source ${EDGE_ADDRESS}
`;
}

/** Visitors. TLS ends here, unless the rental wants it passed through to its own port 443. */
function webSection({ settings, certificate, account }: Omit<EdgeOptions, 'connections'>): string {
  const { LISTEN_ADDRESS, HTTP_PORT, HTTPS_PORT } = settings;
  const owner = account ? `user ${account.name}` : '';
  const passedThrough = `req.ssl_sni,lower,map_str_ip(${mapFiles.passthrough})`;
  return `
frontend web
  bind ${LISTEN_ADDRESS}:${HTTP_PORT}
  ${webRules('http')}

frontend web_tls
  bind unix@https.sock mode 600 ${owner} accept-proxy ssl crt "${certificate}" alpn h2,http/1.1
  ${webRules('https')}

backend environment_web
  mode http
  timeout server 1h
  timeout tunnel 24h
  # A kept connection would lead the device's next visitors to its last renter.
  http-reuse never
  http-error status 502 content-type "text/html; charset=utf-8" file pages/silent.html hdr cache-control no-store
  http-error status 503 content-type "text/html; charset=utf-8" file pages/offline.html hdr cache-control no-store
  # A cookie for a parent domain would reach other rentals.
  http-response replace-header set-cookie "(?i)^(.*?);\\s*domain=[^;]*(.*)\\$" "\\1\\2"
  server environment 0.0.0.0:${listenFor(80)} source ${EDGE_ADDRESS}

frontend tls
  bind ${LISTEN_ADDRESS}:${HTTPS_PORT}
  mode tcp
  timeout client 24h
  timeout client-fin 30s
  tcp-request inspect-delay 5s
  tcp-request content set-dst ${passedThrough} if { ${passedThrough} -m found }
  tcp-request content accept if { req.ssl_hello_type 1 }
  tcp-request content reject
  use_backend environment_tls if { ${passedThrough} -m found }
  default_backend tls_end
backend environment_tls
  mode tcp
  timeout server 24h
  timeout server-fin 30s
  server environment 0.0.0.0:${listenFor(443)} source ${EDGE_ADDRESS}
backend tls_end
  mode tcp
  timeout server 24h
  timeout server-fin 30s
  server here unix@https.sock send-proxy-v2
`;
}

function webRules(scheme: 'http' | 'https'): string {
  const address = `hdr(host),host_only,lower,map_str_ip(${mapFiles.hosts})`;
  return `mode http
  timeout client 1h
  timeout http-request 10s
  timeout http-keep-alive 60s
  http-request return status 404 content-type "text/html; charset=utf-8" file pages/unknown.html hdr cache-control no-store unless { ${address} -m found }
  http-request set-dst ${address}
  http-request del-header x-forwarded-for
  http-request set-header x-forwarded-proto ${scheme}
  option forwardfor
  default_backend environment_web`;
}

function listenFor(environmentPort: (typeof forwards)[number]['target']): number | undefined {
  return forwards.find(({ target }) => target === environmentPort)?.listen;
}
