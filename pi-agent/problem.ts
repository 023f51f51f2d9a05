/** Something that this device could not do; its message is a sentence that the owner can act on. */
export class Problem extends Error {
  override readonly name = 'Problem';
}

/** What a report says of `error`, no longer than the protocol takes. */
export function sentenceOf(error: unknown, most = 500): string {
  const cause = error instanceof Error && error.cause instanceof Error ? ` (${error.cause.message})` : '';
  const text = error instanceof Error ? error.message + cause : String(error);
  return text.length > most ? `${text.slice(0, most - 1)}…` : text;
}
