import { execFileSync } from 'node:child_process';
import { createPrivateKey, randomUUID, sign } from 'node:crypto';
import { crc32 } from 'node:zlib';
import type { Webhook } from '../provider.contract.ts';

/** The id under which the broker has registered its address. */
export const webhookId = '1JE4291016473214C';

/** Signs events as PayPal does, with a certificate of its own that `certificate` shows, and keeps them to be taken. */
export function makeWebhooks() {
  const request = ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', '-subj', '/CN=fake', '-keyout', '-'];
  const pem = execFileSync('openssl', request, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
  const [key = '', certificate = ''] = pem.split(/(?=-----BEGIN CERTIFICATE)/);
  const privateKey = createPrivateKey(key);
  const sent: Webhook[] = [];
  let listener: string | null = null;

  function make(certificateUrl: string, type: string, resource: object): Webhook {
    const event = { id: `WH-${randomUUID()}`, event_version: '1.0', event_type: type, summary: type, resource };
    const body = Buffer.from(JSON.stringify({ ...event, create_time: new Date().toISOString() }));
    const [id, time] = [randomUUID(), `${new Date().toISOString().slice(0, 19)}Z`];
    const signed = Buffer.from(`${id}|${time}|${webhookId}|${crc32(body)}`);
    const headers = new Headers({
      'content-type': 'application/json',
      'paypal-transmission-id': id,
      'paypal-transmission-time': time,
      'paypal-transmission-sig': sign('sha256', signed, privateKey).toString('base64'),
      'paypal-cert-url': certificateUrl,
      'paypal-auth-algo': 'SHA256withRSA',
    });
    return { body, headers };
  }

  return {
    certificate,
    /** Signs an event, keeps it, and posts it to whoever listens; nobody waits for that, as at PayPal. */
    emit(certificateUrl: string, type: string, resource: object) {
      const webhook = make(certificateUrl, type, resource);
      sent.push(webhook);
      if (listener) fetch(listener, { method: 'POST', ...webhook, body: Buffer.from(webhook.body) }).catch(() => {});
    },
    take: async () => sent.splice(0),
    sendTo: (address: string | null) => {
      listener = address;
    },
  };
}
