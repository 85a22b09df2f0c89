// SPDX-License-Identifier: AGPL-3.0-or-later
import { Button } from "./ui/button";

interface MoreButtonProps {
  query: { hasNextPage: boolean; isFetchingNextPage: boolean; fetchNextPage: () => Promise<unknown> };
}

/** The way to the next page of a list, where there is one. */
export function MoreButton({ query: { fetchNextPage, hasNextPage, isFetchingNextPage } }: MoreButtonProps) {
  if (!hasNextPage) return null;
  return (
    <Button variant="outline" disabled={isFetchingNextPage} onClick={() => void fetchNextPage()}>
      {isFetchingNextPage ? "Loading…" : "Show more"}
    </Button>
  );
}
