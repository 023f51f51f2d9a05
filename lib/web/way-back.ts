/** Where to go after signing in: a page of ours, whatever the address in the link says. */
export function wayBack(next: unknown, fallback = '/'): string {
  if (typeof next !== 'string' || !next.startsWith('/')) return fallback;
  const ours = new URL('http://ours.invalid');
  const target = URL.parse(next, ours);
  return target?.origin === ours.origin ? `${target.pathname}${target.search}` : fallback;
}
