import { type KeyObject, verify, X509Certificate } from 'node:crypto';
import { crc32 } from 'node:zlib';
import { z } from 'zod';
import { type Client, PAYPAL, type PaypalSettings } from './paypal-client.ts';
import { orderOf } from './paypal-top-ups.ts';
import { PaymentError, type WebhookEvent } from './provider.ts';

/** Where PayPal keeps its signing certificates, on whichever host. */
const CERTIFICATE_PATH = /^\/v1\/notifications\/certs\/[\w-]{1,100}$/;

/** PayPal repeats a webhook for three days; whatever is older is somebody else's repetition. */
const STALE_MS = 4 * 86_400_000;

/** How many certificates are fetched in a minute; PayPal uses one for months. */
const MOST_FETCHES = 20;

const link = z.object({ rel: z.string(), href: z.string() });
const event = z.object({
  id: z.string(),
  event_type: z.string(),
  resource: z
    .object({
      id: z.string(),
      supplementary_data: z.object({ related_ids: z.object({ order_id: z.string() }).partial() }).partial(),
      metadata: z.object({ order_id: z.string() }).partial(),
      disputed_transactions: z.array(z.object({ seller_transaction_id: z.string() }).partial()),
      links: z.array(link),
      sender_batch_id: z.string(),
      batch_header: z.object({ sender_batch_header: z.object({ sender_batch_id: z.string() }) }),
    })
    .partial()
    .catch({}),
});

type Resource = z.output<typeof event>['resource'];

/** Reads webhooks that PayPal signed for our webhook id, keeping the certificates that it named. */
export function webhookReader(client: Client, settings: PaypalSettings) {
  const keys = new Map<string, Promise<KeyObject | null>>();
  const fetchedAt: number[] = [];

  async function keyAt(address: string): Promise<KeyObject | null> {
    const url = URL.parse(address);
    if (!url || !isCertificate(url, settings.url)) return null;
    const asked = keys.get(url.href) ?? askFor(url.href);
    keys.set(url.href, asked);
    const key = await asked.catch((error: unknown) => {
      keys.delete(url.href);
      throw error;
    });
    if (!key) keys.delete(url.href);
    return key;
  }

  /** Anybody can name a certificate: PayPal is asked for so many a minute, and repeats what we could not read. */
  async function askFor(address: string): Promise<KeyObject | null> {
    const now = Date.now();
    fetchedAt.splice(0, fetchedAt.length, ...fetchedAt.filter((at) => now - at < 60_000), now);
    if (fetchedAt.length > MOST_FETCHES) {
      fetchedAt.pop();
      throw new PaymentError(PAYPAL, 'named too many certificates', 'notDone');
    }
    return fetchKey(address);
  }

  return async (body: Uint8Array, headers: Headers): Promise<WebhookEvent | null> => {
    const header = (name: string) => headers.get(`paypal-${name}`) ?? '';
    const [id, sentAt] = [header('transmission-id'), header('transmission-time')];
    const age = Date.now() - Date.parse(sentAt);
    if (!(Math.abs(age) < STALE_MS)) return null;

    const key = await keyAt(header('cert-url'));
    const signed = Buffer.from(`${id}|${sentAt}|${settings.webhookId}|${crc32(body)}`);
    if (!key || !verify('sha256', signed, key, Buffer.from(header('transmission-sig'), 'base64'))) return null;
    return eventOf(client, body);
  };
}

/** Only PayPal's own hosts are believed, and the one that is trusted with our keys anyway. */
function isCertificate(url: URL, api: string): boolean {
  if (url.search || url.username || !CERTIFICATE_PATH.test(url.pathname)) return false;
  return url.origin === new URL(api).origin || (url.protocol === 'https:' && url.host.endsWith('.paypal.com'));
}

async function fetchKey(url: string): Promise<KeyObject | null> {
  const response = await fetch(url, { redirect: 'error', signal: AbortSignal.timeout(5_000) }).catch((cause) => {
    throw new PaymentError(PAYPAL, 'did not hand out its certificate', 'notDone', cause);
  });
  if (!response.ok) return null;
  const certificate = new X509Certificate(await response.text());
  const now = Date.now();
  const valid = Date.parse(certificate.validFrom) <= now && now <= Date.parse(certificate.validTo);
  return valid ? certificate.publicKey : null;
}

async function eventOf(client: Client, body: Uint8Array): Promise<WebhookEvent> {
  const { id, event_type, resource } = event.parse(JSON.parse(Buffer.from(body).toString()));
  const key = resource.sender_batch_id ?? resource.batch_header?.sender_batch_header.sender_batch_id;
  const references = await referencesOf(client, event_type, resource);
  return { eventId: id, type: event_type, references, payoutKeys: key ? [key] : [] };
}

/** The orders that an event is about; one about a refund or a dispute names a capture, whose order PayPal knows. */
async function referencesOf(client: Client, type: string, resource: Resource): Promise<string[]> {
  const named = resource.supplementary_data?.related_ids?.order_id ?? resource.metadata?.order_id;
  if (named) return [named];
  if (type.startsWith('CHECKOUT.ORDER.')) return resource.id ? [resource.id] : [];
  const refunded = resource.links?.find(({ rel }) => rel === 'up')?.href.match(/\/captures\/(\w+)$/)?.[1];
  const disputed = resource.disputed_transactions?.map((one) => one.seller_transaction_id) ?? [];
  const captures = [refunded, ...disputed].filter((one) => one !== undefined);
  const orders = await Promise.all(captures.map((one) => orderOf(client, one)));
  return orders.filter((one) => one !== null);
}
