import { DrizzleQueryError } from 'drizzle-orm';
import { UpstreamError } from '#lib/errors';

/** Codes with which Node and PostgreSQL say that the database cannot be reached or is going down. */
const unreachable = /^(ECONNREFUSED|ECONNRESET|ENOENT|EPIPE|ETIMEDOUT|57P0[123]|08\d{3}|53300)$/;

/** Whether an error means that something we depend on is away for now, so that trying again makes sense. */
export function isOutage(error: unknown): boolean {
  if (error instanceof UpstreamError) return error.retryable;
  if (!(error instanceof Error)) return false;
  const { code, cause } = error as Error & { code?: unknown };
  if (typeof code === 'string' && unreachable.test(code)) return true;
  if (error instanceof DrizzleQueryError && isUnanswered(cause)) return true;
  return cause !== undefined && isOutage(cause);
}

/** pg's word for a lost connection is a plain error without a code; the server's answers and our mistakes are others. */
function isUnanswered(cause: unknown): boolean {
  return cause instanceof Error && cause.constructor === Error && !('code' in cause);
}
