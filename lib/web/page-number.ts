/** Which page of a list a URL asks for: the first, unless it says something sensible. */
export function pageOf(text: string | string[] | undefined): number {
  const page = Number(text);
  return Number.isInteger(page) && page >= 1 && page <= 100_000 ? page : 1;
}
