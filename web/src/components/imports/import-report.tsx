// SPDX-License-Identifier: AGPL-3.0-or-later
import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { type Import, type ImportLine, type Outcome, importLinesQuery, importQuery, isFinished } from "@/api/users";
import { ErrorPanel } from "@/components/error-panel";
import { MoreButton } from "@/components/more-button";
import { EmptyState } from "@/components/page";
import { ListSkeleton, QueryView } from "@/components/query-view";
import { Badge, type Tone } from "@/components/ui/badge";
import { Card } from "@/components/ui/card";
import { SelectField } from "@/components/ui/field";
import { Notice } from "@/components/ui/notice";
import { plural } from "@/lib/format";

const looks: Record<Outcome, [trial: string, done: string, tone: Tone]> = {
  created: ["Would be created", "Created", "good"],
  updated: ["Would be changed", "Changed", "info"],
  unchanged: ["Stays as it is", "Unchanged", "neutral"],
  faulty: ["Faulty", "Faulty", "danger"],
};

const outcomes = Object.keys(looks) as Outcome[];

/** How far an import is, what came of it, and line by line why. */
export function ImportReport({ id }: { id: string }) {
  const query = useQuery(importQuery(id));
  return (
    <QueryView query={query}>
      {(found) => (
        <div className="space-y-4">
          {query.isError && <ErrorPanel error={query.error} onRetry={() => void query.refetch()} />}
          <Progress found={found} />
          {found.state === "failed" && (
            <Notice tone="danger" title="The file could not be read to its end" announce>
              {found.error ?? "The server gave no reason."}
            </Notice>
          )}
          {isFinished(found.state) && <Lines key={id} found={found} />}
        </div>
      )}
    </QueryView>
  );
}

function Progress({ found }: { found: Import }) {
  const finished = isFinished(found.state);
  const title = found.state === "waiting" ? "Waiting for its turn" : finished ? (found.dry_run ? "Trial run finished: nothing was changed" : "Import finished") : found.dry_run ? "Trying the file out" : "Importing";
  return (
    <Card className="p-5">
      <p role="status" className="font-semibold">
        {title}
      </p>
      {!finished && <progress aria-label="Progress" className="mt-3 h-2 w-full accent-primary" {...(found.total > 0 ? { max: found.total, value: found.done } : {})} />}
      {!finished && (
        <p className="mt-1 text-sm text-muted-foreground">
          {found.done.toLocaleString()}
          {found.total > 0 && ` of ${found.total.toLocaleString()}`} lines
        </p>
      )}
      <dl className="mt-4 grid grid-cols-2 gap-3 sm:grid-cols-4">
        {outcomes.map((outcome) => (
          <div key={outcome}>
            <dt className="text-sm text-muted-foreground">{looks[outcome][found.dry_run ? 0 : 1]}</dt>
            <dd className="text-2xl font-bold tabular-nums">{found[outcome].toLocaleString()}</dd>
          </div>
        ))}
      </dl>
    </Card>
  );
}

/** Faulty lines first: they are what somebody has to look at. */
function Lines({ found }: { found: Import }) {
  const [chosen, setChosen] = useState<Outcome | "">(found.faulty > 0 ? "faulty" : "");
  const query = useInfiniteQuery(importLinesQuery(found.id, chosen || undefined));
  const lines = query.data?.pages.flatMap((page) => page.items) ?? [];
  return (
    <section aria-label="Lines" className="space-y-3">
      <div className="max-w-xs">
        <SelectField label="Show" name="outcome" value={chosen} onChange={(event) => setChosen(event.target.value as Outcome | "")}>
          <option value="">All lines</option>
          {outcomes.map((outcome) => (
            <option key={outcome} value={outcome}>
              {looks[outcome][found.dry_run ? 0 : 1]} ({found[outcome].toLocaleString()})
            </option>
          ))}
        </SelectField>
      </div>
      {query.isPending && <ListSkeleton />}
      {query.isError && <ErrorPanel error={query.error} onRetry={() => void query.refetch()} />}
      {query.isSuccess && lines.length === 0 && <EmptyState title="No such lines" />}
      {lines.length > 0 && (
        <ul className="divide-y overflow-hidden rounded-2xl border bg-card text-sm">
          {lines.map((line) => (
            <Line key={line.line} line={line} trial={found.dry_run} />
          ))}
        </ul>
      )}
      <MoreButton query={query} />
      <p role="status" className="sr-only">
        {query.isSuccess && `${plural(lines.length, "line")} shown`}
      </p>
    </section>
  );
}

function Line({ line, trial }: { line: ImportLine; trial: boolean }) {
  const [would, did, tone] = looks[line.outcome];
  return (
    <li className="flex flex-wrap items-start gap-x-4 gap-y-1 px-4 py-3">
      <span className="w-20 shrink-0 text-muted-foreground">Line {line.line.toLocaleString()}</span>
      <div className="min-w-0 flex-1 basis-52 max-sm:order-last max-sm:basis-full">
        <p className="font-medium wrap-anywhere">{line.email ?? <span className="text-muted-foreground">no address</span>}</p>
        {line.faults.map((fault, index) => (
          <p key={index} className="wrap-anywhere text-danger-foreground">
            {fault.path && <strong>{fault.path}: </strong>}
            {fault.message}
          </p>
        ))}
      </div>
      <Badge tone={tone} className="max-sm:ml-auto">{trial ? would : did}</Badge>
    </li>
  );
}
