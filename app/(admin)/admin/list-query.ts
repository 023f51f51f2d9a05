import { pageOf } from '#lib/web/page-number';

/** What a list of admins is asked for in its address. */
export type ListQuery = { search: string; page: number };

/** Reads a list's search and page from its address. */
export function listQueryOf({ search, page }: Record<string, string | string[] | undefined>): ListQuery {
  return { search: typeof search === 'string' ? search.trim().slice(0, 200) : '', page: pageOf(page) };
}

/** The address of another page of the same list. */
export function hrefOf(path: string, { search, page }: ListQuery): string {
  const query = new URLSearchParams({ ...(search && { search }), ...(page > 1 && { page: String(page) }) });
  return query.size > 0 ? `${path}?${query}` : path;
}
