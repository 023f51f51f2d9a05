import { UpstreamError } from '#lib/errors';

/** Codes with which Node and PostgreSQL say that the database cannot be reached or is going down. */
const unreachable = /^(ECONNREFUSED|ECONNRESET|ENOENT|EPIPE|ETIMEDOUT|57P0[123]|08\d{3}|53300)$/;

/** Whether an error means that something we depend on is away for now, so that trying again makes sense. */
export function isOutage(error: unknown): boolean {
  if (error instanceof UpstreamError) return error.retryable;
  if (!(error instanceof Error)) return false;
  const { code, cause } = error as Error & { code?: unknown };
  return (typeof code === 'string' && unreachable.test(code)) || (cause !== undefined && isOutage(cause));
}
