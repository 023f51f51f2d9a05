import type { ReactNode } from 'react';
import { Button } from '#components/ui/button';
import { Card } from '#components/ui/card';
import { EmptyState } from '#components/ui/empty-state';
import { TextField } from '#components/ui/field';
import { PageHeader } from '#components/ui/page-header';
import { Pagination } from '#components/ui/pagination';
import { SearchForm } from '#components/ui/search-form';
import { Table } from '#components/ui/table';
import { hrefOf, type ListQuery } from './list-query.ts';

type Props = {
  title: string;
  path: string;
  query: ListQuery;
  /** What the search looks through. */
  hint: string;
  total: number;
  pageSize: number;
  head: ReactNode;
  children: ReactNode;
};

/** A page of admins that lists rows: search, table, ways to the other rows. */
export function List({ title, path, query, hint, total, pageSize, head, children }: Props) {
  return (
    <>
      <PageHeader title={title} />
      <SearchForm action={path} className="mb-4 flex max-w-lg items-end gap-2">
        <TextField
          className="flex-1"
          name="search"
          label={`Search by ${hint}`}
          type="search"
          defaultValue={query.search}
          key={query.search}
        />
        <Button type="submit">Search</Button>
      </SearchForm>
      <Card flush>
        {total === 0 ? (
          <EmptyState title={query.search ? 'Nothing found' : 'Nothing here yet'}>
            {query.search && `No row has “${query.search}” as ${hint}.`}
          </EmptyState>
        ) : (
          <Table label={title} head={head}>
            {children}
          </Table>
        )}
      </Card>
      <Pagination {...query} pageSize={pageSize} total={total} hrefFor={(page) => hrefOf(path, { ...query, page })} />
    </>
  );
}
