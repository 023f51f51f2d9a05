import { CountryOptions } from '#components/country';
import { Button } from '#components/ui/button';
import { SelectField, TextField } from '#components/ui/field';
import { Link } from '#components/ui/link';
import { SearchForm } from '#components/ui/search-form';
import { type MarketQuery, marketHref } from './filters.ts';

/** What to look for. A plain form of the URL, so it works without scripts and every search can be shared. */
export function FilterForm({ query }: { query: MarketQuery }) {
  const set = Object.keys(query.typed).filter((name) => name !== 'sort' && name !== 'page').length;
  return (
    <search className="lg:sticky lg:top-20">
      <details
        open={Object.keys(query.problems).length > 0}
        className="group rounded-lg border border-line bg-surface lg:border-0 lg:bg-transparent lg:[&::details-content]:[content-visibility:visible]"
      >
        <summary className="flex h-11 list-none items-center justify-between px-5 font-medium lg:hidden [&::-webkit-details-marker]:hidden">
          Filters{set > 0 && ` (${set})`}
          <span aria-hidden="true" className="text-ink-faint transition-transform group-open:rotate-180">
            ↓
          </span>
        </summary>
        <SearchForm action="/" className="grid grid-cols-2 gap-4 p-5 pt-2 lg:grid-cols-1 lg:p-0">
          {/* The fields start anew with every search; the button keeps the focus. */}
          <Fields key={marketHref(query.typed, {})} query={query} />
          <div className="col-span-full flex gap-2">
            <Button type="submit" variant="primary" className="flex-1">
              Search
            </Button>
            {set > 0 && (
              <Link href={marketHref({ sort: query.typed.sort ?? '' }, {})} className="link self-center px-2">
                Clear
              </Link>
            )}
          </div>
        </SearchForm>
      </details>
    </search>
  );
}

function Fields({ query: { typed, problems } }: { query: MarketQuery }) {
  const field = <Name extends keyof typeof typed>(name: Name) => ({
    name,
    defaultValue: typed[name] ?? '',
    problem: problems[name],
  });
  return (
    <>
      <TextField label="Price at most" before="$" after="/h" inputMode="decimal" mono {...field('price')} />
      <SelectField label="Memory at least" {...field('memory')}>
        <Steps values={[1, 2, 4, 8, 16]} unit="GB" />
      </SelectField>
      <SelectField label="Cores at least" {...field('cores')}>
        <Steps values={[2, 4, 8, 16]} unit="cores" />
      </SelectField>
      <TextField label="Disk at least" after="GB" inputMode="numeric" mono {...field('disk')} />
      <SelectField label="Architecture" {...field('architecture')}>
        <option value="">Any</option>
        <option value="arm64">arm64</option>
        <option value="amd64">amd64</option>
      </SelectField>
      <SelectField label="Country" {...field('country')}>
        <option value="">Any</option>
        <CountryOptions />
      </SelectField>
      <TextField label="Round trip at most" after="ms" inputMode="numeric" mono {...field('roundTrip')} />
      <SelectField label="Uptime at least" {...field('uptime')}>
        <Steps values={[90, 95, 99, 99.9]} unit="%" />
      </SelectField>
      {typed.sort && <input type="hidden" name="sort" value={typed.sort} />}
    </>
  );
}

function Steps({ values, unit }: { values: number[]; unit: string }) {
  return (
    <>
      <option value="">Any</option>
      {values.map((value) => (
        <option key={value} value={value}>
          {value} {unit}
        </option>
      ))}
    </>
  );
}
