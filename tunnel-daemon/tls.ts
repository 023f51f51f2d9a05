import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { DaemonSettings } from './config.ts';

const openssl = (...args: string[]) => promisify(execFile)('openssl', args);
const curve = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
const MONTH_SECONDS = 30 * 24 * 3600;

/** A PEM file with key and certificate for the rentals' web names, and the authority to trust when it is our own. */
export type Certificate = { file: string; authority: string | null };

/** The certificate that HAProxy shows: the configured one, else a wildcard one of our own authority, renewed in time. */
export async function rentCertificate(settings: DaemonSettings): Promise<Certificate> {
  if (settings.TLS_CERTIFICATE) return { file: settings.TLS_CERTIFICATE, authority: null };

  const folder = join(settings.DATA_FOLDER, 'tls');
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const authority = join(folder, 'authority.pem');
  const file = join(folder, `${settings.RENT_DOMAIN}.pem`);
  if (!existsSync(authority)) await makeAuthority(folder, authority);
  if (!(await lastsAMonth(file))) await makeCertificate({ folder, authority, file, domain: settings.RENT_DOMAIN });
  return { file, authority };
}

async function makeAuthority(folder: string, file: string) {
  const subject = ['-subj', '/CN=rpibroker local authority', '-days', '3650'];
  const usage = ['-addext', 'keyUsage=critical,keyCertSign,cRLSign'];
  await openssl('req', '-x509', ...curve, ...subject, ...usage, '-keyout', join(folder, 'authority.key'), '-out', file);
}

type Order = { folder: string; authority: string; file: string; domain: string };

async function makeCertificate({ folder, authority, file, domain }: Order) {
  const [key, certificate] = [join(folder, 'site.key'), join(folder, 'site.pem')];
  const issuer = ['-CA', authority, '-CAkey', join(folder, 'authority.key'), '-days', '800'];
  const names = ['-subj', `/CN=${domain}`, '-addext', `subjectAltName=DNS:*.${domain},DNS:${domain}`];
  const usage = ['-addext', 'basicConstraints=critical,CA:FALSE', '-addext', 'extendedKeyUsage=serverAuth'];
  await openssl('req', '-x509', ...curve, ...issuer, ...names, ...usage, '-keyout', key, '-out', certificate);
  const parts = await Promise.all([certificate, key].map((part) => readFile(part, 'utf8')));
  await writeFile(file, parts.join(''), { mode: 0o600 });
}

async function lastsAMonth(file: string): Promise<boolean> {
  const check = openssl('x509', '-in', file, '-noout', '-checkend', String(MONTH_SECONDS));
  return check.then(
    () => true,
    () => false,
  );
}
