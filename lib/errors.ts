/** Something we depend on and do not control did not do its part: Docker, Postgres, an SSH peer, a mail server. */
export class UpstreamError extends Error {
  override readonly name = 'UpstreamError';
  readonly service: string;
  readonly retryable: boolean;

  constructor(service: string, message: string, options: { retryable: boolean; cause?: unknown }) {
    super(`${service}: ${message}`, { cause: options.cause });
    this.service = service;
    this.retryable = options.retryable;
  }

  /** A bundler may load this file twice in one process: each copy knows the errors of the other. */
  static override [Symbol.hasInstance](error: unknown): boolean {
    return error instanceof Error && error.name === 'UpstreamError';
  }
}

/** A promise that our own code made was broken; nothing may go on as if it held. */
export class InvariantError extends Error {
  override readonly name = 'InvariantError';

  static override [Symbol.hasInstance](error: unknown): boolean {
    return error instanceof Error && error.name === 'InvariantError';
  }
}

/** States a promise of our own: throws InvariantError with `broken` when `holds` is false. */
export function invariant(holds: unknown, broken: string): asserts holds {
  if (!holds) throw new InvariantError(broken);
}
