import { ButtonLink } from './button.tsx';

type Known = { pageSize: number; total: number };
type Props = { page: number; hrefFor: (page: number) => string } & (Known | { hasMore: boolean });

/** Which part of a list is shown, and the ways to its other parts; nothing when there is but one. */
export function Pagination({ page, hrefFor, ...list }: Props) {
  const hasMore = 'total' in list ? page * list.pageSize < list.total : list.hasMore;
  if (page === 1 && !hasMore) return null;
  return (
    <nav aria-label="Pages" className="mt-4 flex items-center justify-between gap-4">
      <p className="text-sm text-ink-soft">{'total' in list ? <Range page={page} {...list} /> : `Page ${page}`}</p>
      <div className="flex gap-2">
        {page > 1 && (
          <ButtonLink size="small" href={hrefFor(page - 1)} rel="prev">
            Previous
          </ButtonLink>
        )}
        {hasMore && (
          <ButtonLink size="small" href={hrefFor(page + 1)} rel="next">
            Next
          </ButtonLink>
        )}
      </div>
    </nav>
  );
}

function Range({ page, pageSize, total }: Known & { page: number }) {
  const count = (value: number) => value.toLocaleString('en');
  return (
    <>
      <span className="figure">
        {count((page - 1) * pageSize + 1)}–{count(Math.min(page * pageSize, total))}
      </span>{' '}
      of <span className="figure">{count(total)}</span>
    </>
  );
}
