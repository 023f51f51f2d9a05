import { databaseTime } from '#lib/clock';
import { PaymentError } from '#lib/payments/provider';
import { receiveWebhook } from '#lib/webhooks/commands';
import { readBytes } from './body.ts';
import { isOutage } from './outage.ts';
import { treasury } from './treasury.ts';

/** No provider sends more; anything longer is cut off before it is read whole. */
const MAX_BYTES = 256 * 1024;

/** Takes a provider's webhook: 204 once it is kept, 400 when it is not authentic, 404 where no such provider is set up. */
export async function webhookEndpoint(
  request: Request,
  { params }: { params: Promise<{ provider: string }> },
): Promise<Response> {
  try {
    const { provider } = await params;
    const body = await readBytes(request, MAX_BYTES);
    if (body === null) return new Response(null, { status: 413 });
    const received = await receiveWebhook(treasury(), { provider, body, headers: request.headers, at: databaseTime() });
    if (received.ok) return new Response(null, { status: 204 });
    return new Response(null, { status: received.reason === 'notFound' ? 404 : 400 });
  } catch (error) {
    // The provider sends it again.
    if (isOutage(error) || error instanceof PaymentError) return new Response(null, { status: 503 });
    throw error;
  }
}
