import { webhookEndpoint } from '#lib/web/webhook';

/** Where payment providers report; nothing is believed before it is authenticated, and asked again. */
export const POST = webhookEndpoint;
