// SPDX-License-Identifier: AGPL-3.0-or-later
import type { UsageSummary } from "@/api/usage";
import { Card } from "@/components/ui/card";
import { dollars } from "@/lib/ai-numbers";
import { plural } from "@/lib/format";

/** How much more or less than before: "+12 %", "−3 %"; nothing where there is nothing to compare with. */
export function changeOf(now: number, before: number): string {
  if (before === 0) return "";
  const percent = Math.round(((now - before) / before) * 100);
  return percent === 0 ? "as before" : `${percent > 0 ? "+" : "−"}${Math.abs(percent).toLocaleString()} %`;
}

export function UsageTiles({ summary }: { summary: UsageSummary }) {
  const { before } = summary;
  return (
    <>
      <dl className="grid grid-cols-2 gap-3 lg:grid-cols-4">
        <Tile name="Cost" value={dollars(summary.cost)} change={changeOf(Number(summary.cost), Number(before.cost))} />
        <Tile name="Requests" value={summary.requests.toLocaleString()} change={changeOf(summary.requests, before.requests)} />
        <Tile name="Tokens" value={summary.total_tokens.toLocaleString()} change={changeOf(summary.total_tokens, before.total_tokens)} />
        <Tile name="Mean time of an answer" value={`${(summary.latency_ms / 1000).toLocaleString(undefined, { maximumFractionDigits: 1 })} s`} change={changeOf(summary.latency_ms, before.latency_ms)} />
      </dl>
      <p className="mt-3 text-sm text-muted-foreground">
        Compared with {before.from} to {before.to}. {summary.unanswered > 0 && `${plural(summary.unanswered, "request")} got no answer. `}
        {summary.unpriced > 0 && `The price of ${plural(summary.unpriced, "request")} was not known: they are not in the cost. `}
        {summary.estimated > 0 && `The tokens of ${plural(summary.estimated, "request")} are estimated. `}
      </p>
    </>
  );
}

function Tile({ name, value, change }: { name: string; value: string; change: string }) {
  return (
    <Card className="p-4">
      <dt className="text-sm text-muted-foreground">{name}</dt>
      <dd className="mt-1 text-2xl font-bold tracking-tight wrap-anywhere">{value}</dd>
      <dd className="text-sm text-muted-foreground">{change}</dd>
    </Card>
  );
}
