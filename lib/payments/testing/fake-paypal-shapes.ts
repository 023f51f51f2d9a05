import { z } from 'zod';

const id = z.string().min(1).max(127);
const value = z.string().regex(/^\d{1,9}\.\d{2}$/);
const money = z.strictObject({ currency_code: z.literal('USD'), value });

const wallet = z.strictObject({
  experience_context: z.strictObject({
    return_url: z.url(),
    cancel_url: z.url(),
    user_action: z.enum(['PAY_NOW', 'CONTINUE']),
    shipping_preference: z.enum(['NO_SHIPPING', 'GET_FROM_FILE', 'SET_PROVIDED_ADDRESS']),
    payment_method_preference: z.enum(['UNRESTRICTED', 'IMMEDIATE_PAYMENT_REQUIRED']),
  }),
  attributes: z
    .strictObject({
      vault: z.strictObject({
        store_in_vault: z.literal('ON_SUCCESS'),
        usage_type: z.enum(['MERCHANT', 'PLATFORM']),
        usage_pattern: z.literal('THRESHOLD_PREPAID'),
      }),
    })
    .optional(),
});

const savedWallet = z.strictObject({
  vault_id: id,
  stored_credential: z.strictObject({
    payment_initiator: z.literal('MERCHANT'),
    usage: z.literal('SUBSEQUENT'),
    usage_pattern: z.literal('THRESHOLD_PREPAID'),
  }),
});

/** What each call of the fake takes; a parameter that is not here is refused, as PayPal does. */
export const shapes = {
  order: z.strictObject({
    intent: z.literal('CAPTURE'),
    purchase_units: z.tuple([
      z.strictObject({ custom_id: id, invoice_id: id, description: z.string().max(127), amount: money }),
    ]),
    payment_source: z.strictObject({ paypal: z.union([wallet, savedWallet]) }),
  }),
  nothing: z.strictObject({}),
  refund: z.strictObject({ amount: money, custom_id: id }),
  payout: z.strictObject({
    sender_batch_header: z.strictObject({ sender_batch_id: z.string().min(1).max(256), email_subject: z.string() }),
    items: z.tuple([
      z.strictObject({
        recipient_type: z.literal('EMAIL'),
        receiver: z.email().max(127),
        amount: z.strictObject({ currency: z.literal('USD'), value }),
        sender_item_id: z.string().min(1).max(63),
      }),
    ]),
  }),
  disputeQuery: z.strictObject({ disputed_transaction_id: id }),
  reportQuery: z.strictObject({
    start_date: z.iso.datetime(),
    end_date: z.iso.datetime(),
    fields: z.literal('transaction_info'),
    page_size: z.coerce.number().int().min(1).max(500),
    page: z.coerce.number().int().min(1),
  }),
};

/** What a new order asks for. */
export type OrderRequest = z.output<typeof shapes.order>;
