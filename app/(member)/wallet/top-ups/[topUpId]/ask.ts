import 'server-only';
import { PaymentError } from '#lib/payments/provider';
import { allow } from '#lib/rate-limits/commands';
import { syncTopUp } from '#lib/top-ups/sync';
import { treasury } from '#lib/web/treasury';

type Asked = { id: string; userId: string };

/** Asks how a top-up stands because its person came back; false when nobody answered, or was asked too often. */
export async function askProvider({ id: topUpId, userId }: Asked, at: Date): Promise<boolean> {
  if (!(await allow({ key: `askTopUp:${userId}`, limit: 60, windowSeconds: 600, at }))) return false;
  try {
    await syncTopUp(treasury(), { topUpId, at });
    return true;
  } catch (error) {
    if (error instanceof PaymentError) return false;
    throw error;
  }
}
