// SPDX-License-Identifier: AGPL-3.0-or-later
import { useInfiniteQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { type DayShare, type Figures, type Share, type ShareOf, type UsageFilter, usageSharesQuery } from "@/api/usage";
import { textLink } from "@/components/auth-layout";
import { ErrorPanel } from "@/components/error-panel";
import { MoreButton } from "@/components/more-button";
import { EmptyState } from "@/components/page";
import { ListSkeleton } from "@/components/query-view";
import { Card } from "@/components/ui/card";
import { dollars } from "@/lib/ai-numbers";
import { type Days, eachDay } from "@/lib/days";

interface Line {
  key: string;
  name: ReactNode;
  figures: Figures | undefined;
}

const head = "px-3 py-2 font-semibold text-muted-foreground";
const figure = "px-3 py-1.5 text-right tabular-nums";

/** The figures of each line, and a bar for its part of the largest. */
function UsageTable({ caption, first, lines }: { caption: string; first: string; lines: Line[] }) {
  const most = Math.max(1, ...lines.map((line) => line.figures?.requests ?? 0));
  return (
    <Card className="overflow-x-auto">
      <table className="w-full text-sm">
        <caption className="sr-only">{caption}</caption>
        <thead>
          <tr className="border-b text-left">
            <th scope="col" className={head}>
              {first}
            </th>
            <th scope="col" className={`${head} text-right`}>
              Requests
            </th>
            <th aria-hidden className="w-1/4 max-sm:hidden" />
            <th scope="col" className={`${head} text-right`}>
              Tokens
            </th>
            <th scope="col" className={`${head} text-right`}>
              Cost
            </th>
          </tr>
        </thead>
        <tbody className="divide-y">
          {lines.map((line) => (
            <tr key={line.key}>
              <th scope="row" className="px-3 py-1.5 text-left font-normal wrap-anywhere">
                {line.name}
              </th>
              <td className={figure}>{(line.figures?.requests ?? 0).toLocaleString()}</td>
              <td aria-hidden className="px-3 max-sm:hidden">
                <div className="h-2.5 rounded-full bg-primary" style={{ width: `${((line.figures?.requests ?? 0) / most) * 100}%` }} />
              </td>
              <td className={figure}>{(line.figures?.total_tokens ?? 0).toLocaleString()}</td>
              <td className={figure}>{dollars(line.figures?.cost ?? "0")}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </Card>
  );
}

export function UsageByDay({ days, found }: { days: Days; found: DayShare[] }) {
  const byDay = new Map(found.map((share) => [share.day, share]));
  return <UsageTable caption="Usage by day" first="Day" lines={eachDay(days).map((day) => ({ key: day, name: day, figures: byDay.get(day) }))} />;
}

/** A module's name leads to its own report, in the period and group that are shown. */
function ModuleName({ name }: { name: string }) {
  return (
    <Link to="/admin/ai/usage" search={(now) => ({ ...now, module: name })} className={textLink}>
      {name}
    </Link>
  );
}

interface Words {
  first: string;
  none: string;
  line: (share: Share) => Omit<Line, "figures">;
}

const nothing = "Nothing was used";
const words: Record<ShareOf, Words> = {
  "by-model": { first: "Model", none: nothing, line: (share) => ({ key: share.model ?? "", name: share.name ?? share.model ?? "" }) },
  "by-tool": { first: "Tool", none: nothing, line: (share) => ({ key: share.tool_id ?? "", name: share.name ?? "No tool" }) },
  "by-module": { first: "Module", none: "No module has asked for anything by itself", line: ({ module }) => ({ key: module ?? "", name: module ? <ModuleName name={module} /> : "A module that is not known" }) },
  "by-group": { first: "Group", none: nothing, line: (share) => ({ key: share.group_id ?? "", name: share.name ?? "No group" }) },
  "by-user": { first: "Person", none: nothing, line: (share) => ({ key: share.user_id ?? "", name: share.name ?? "Somebody who is not shown" }) },
};

export function UsageShares({ of, filter }: { of: ShareOf; filter: UsageFilter }) {
  const query = useInfiniteQuery(usageSharesQuery(of, filter));
  if (query.isPending) return <ListSkeleton rows={2} />;
  if (query.isError) return <ErrorPanel error={query.error} onRetry={() => void query.refetch()} />;
  const { first, line, none } = words[of];
  const lines = query.data.pages.flatMap((page) => page.items).map((share) => ({ ...line(share), figures: share }));
  if (lines.length === 0) return <EmptyState title={none} />;
  return (
    <>
      <UsageTable caption={`Usage by ${first.toLowerCase()}`} first={first} lines={lines} />
      <div className="mt-3 text-center empty:hidden">
        <MoreButton query={query} />
      </div>
    </>
  );
}
