// SPDX-License-Identifier: AGPL-3.0-or-later
import type { InfiniteData, UseInfiniteQueryResult } from "@tanstack/react-query";
import type { ReactNode } from "react";
import type { Page } from "@/api/types";
import { ErrorPanel } from "./error-panel";
import { MoreButton } from "./more-button";
import { ListSkeleton } from "./query-view";

interface InfiniteListProps<T> {
  query: UseInfiniteQueryResult<InfiniteData<Page<T>>>;
  /** Shown when there is nothing at all. */
  empty: ReactNode;
  children: (items: T[]) => ReactNode;
}

/** A list that is asked for page by page: how many are shown, the list, and the way to more. */
export function InfiniteList<T>({ query, empty, children }: InfiniteListProps<T>) {
  const items = query.data?.pages.flatMap((page) => page.items) ?? [];
  const count = query.isSuccess && !query.isFetching ? `${items.length.toLocaleString()}${query.hasNextPage ? " or more" : ""} shown` : "";
  return (
    <>
      <p role="status" className="mb-3 min-h-5 text-sm text-muted-foreground">
        {count}
        {query.isPending && <span className="sr-only">Loading</span>}
      </p>
      {query.isPending && <ListSkeleton rows={5} />}
      {query.isError && <ErrorPanel error={query.error} onRetry={() => void query.refetch()} announce />}
      {query.isSuccess && items.length === 0 && empty}
      {items.length > 0 && children(items)}
      <div className="mt-4 text-center empty:hidden">
        <MoreButton query={query} />
      </div>
    </>
  );
}
