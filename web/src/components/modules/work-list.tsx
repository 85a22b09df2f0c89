// SPDX-License-Identifier: AGPL-3.0-or-later
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { post, remove } from "@/api/client";
import { type ModuleJob, moduleJobsPath, moduleWorkQuery } from "@/api/module-work";
import { ErrorPanel } from "@/components/error-panel";
import { QueryView } from "@/components/query-view";
import { Badge } from "@/components/ui/badge";
import { Button } from "@/components/ui/button";
import { formatDateTime } from "@/lib/format";

const tones = { waiting: "info", running: "good", failed: "danger", done: "neutral" } as const;

/** What a module has to do, what failed and why, and what the clock orders next. */
export function WorkList({ name }: { name: string }) {
  const work = useQuery(moduleWorkQuery(name));
  const queries = useQueryClient();
  const change = useMutation({
    mutationFn: async ({ job, again }: { job: ModuleJob; again: boolean }) => {
      const path = `${moduleJobsPath(name)}/${job.id}`;
      await (again ? post(`${path}/retry`, {}) : remove(path));
    },
    onSettled: () => queries.invalidateQueries({ queryKey: ["admin", "work", name] }),
  });
  return (
    <div className="space-y-3 text-sm">
      {change.isError && <ErrorPanel error={change.error} announce />}
      <QueryView query={work}>
        {({ counts, jobs, schedules }) => (
          <>
            <p className="text-muted-foreground">
              {counts.waiting} waiting, {counts.running} being done, {counts.failed} failed, {counts.done} done within a week.
            </p>
            {schedules.length > 0 && (
              <ul aria-label={`What the clock orders of ${name}`} className="space-y-1">
                {schedules.map(({ cron, job, next_at: next }) => (
                  <li key={job} className="wrap-anywhere">
                    <span className="font-semibold">{job}</span> next at {formatDateTime(next)} <span className="text-muted-foreground">({cron}, UTC)</span>
                  </li>
                ))}
              </ul>
            )}
            <ul aria-label={`Work of ${name}`} className="divide-y">
              {jobs.map((job) => (
                <Row key={job.id} job={job} busy={change.isPending} onChange={(again) => change.mutate({ job, again })} />
              ))}
            </ul>
          </>
        )}
      </QueryView>
    </div>
  );
}

function Row({ job, busy, onChange }: { job: ModuleJob; busy: boolean; onChange: (again: boolean) => void }) {
  const { attempts, error, key, max_attempts: most, name, run_at: at, state } = job;
  return (
    <li className="flex flex-wrap items-center gap-x-3 gap-y-1 py-2">
      <Badge tone={tones[state]}>{state}</Badge>
      <span className="min-w-0 flex-1 wrap-anywhere">
        <span className="font-semibold">{name}</span>{" "}
        <span className="text-muted-foreground">
          {key}, attempt {attempts} of {most}
          {state === "waiting" && `, not before ${formatDateTime(at)}`}
        </span>
        {error && <span className="block">{error}</span>}
      </span>
      {state === "failed" && (
        <Button size="sm" variant="outline" disabled={busy} onClick={() => onChange(true)}>
          Do it again
        </Button>
      )}
      {(state === "failed" || state === "waiting") && (
        <Button size="sm" variant="outline" disabled={busy} onClick={() => onChange(false)}>
          Take it back
        </Button>
      )}
    </li>
  );
}
