// SPDX-License-Identifier: AGPL-3.0-or-later
import { Star } from "lucide-react";
import { plural } from "@/lib/format";

/** What those say who have it installed. */
export function Rating({ rating: { average, count } }: { rating: { average: number | null; count: number } }) {
  if (average === null || count === 0) return <span className="text-muted-foreground">Not rated yet</span>;
  return (
    <span className="inline-flex items-center gap-1 whitespace-nowrap">
      <Star aria-hidden className="size-4 fill-current text-primary" />
      <span className="font-semibold tabular-nums">{average.toFixed(1)}</span>
      <span className="sr-only">of 5 stars</span>
      <span className="text-muted-foreground">({plural(count, "rating")})</span>
    </span>
  );
}
