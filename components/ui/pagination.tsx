import { ButtonLink } from './button.tsx';

type Props = { page: number; pageSize: number; total: number; hrefFor: (page: number) => string };

/** Which part of a list is shown, and the ways to its other parts; nothing when there is but one. */
export function Pagination({ page, pageSize, total, hrefFor }: Props) {
  const pages = Math.ceil(total / pageSize);
  if (pages <= 1) return null;
  const first = (page - 1) * pageSize + 1;
  return (
    <nav aria-label="Pages" className="mt-4 flex items-center justify-between gap-4">
      <p className="text-sm text-ink-soft">
        <span className="figure">
          {first.toLocaleString('en')}–{Math.min(page * pageSize, total).toLocaleString('en')}
        </span>{' '}
        of <span className="figure">{total.toLocaleString('en')}</span>
      </p>
      <div className="flex gap-2">
        {page > 1 && (
          <ButtonLink size="small" href={hrefFor(page - 1)} rel="prev">
            Previous
          </ButtonLink>
        )}
        {page < pages && (
          <ButtonLink size="small" href={hrefFor(page + 1)} rel="next">
            Next
          </ButtonLink>
        )}
      </div>
    </nav>
  );
}
