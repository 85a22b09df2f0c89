// SPDX-License-Identifier: AGPL-3.0-or-later
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { type Platform, type PlatformUpdate, releaseHold } from "@/api/platform";
import { ErrorPanel } from "@/components/error-panel";
import { EmptyState, Section } from "@/components/page";
import { Badge } from "@/components/ui/badge";
import { Button } from "@/components/ui/button";
import { formatDateTime } from "@/lib/format";
import { states } from "@/lib/platform";

/** What was done before, newest first. */
export function History({ history }: { history: PlatformUpdate[] }) {
  return (
    <Section id="history" title="Earlier updates">
      {history.length === 0 ? (
        <EmptyState title="There was none yet" />
      ) : (
        <ul className="divide-y text-sm">
          {history.map((update) => (
            <li key={update.id} className="space-y-1 py-3">
              <p className="flex flex-wrap items-center gap-2">
                <span className="font-semibold">
                  {update.from_version} → {update.to_version}
                </span>
                <Badge tone={states[update.state][1]}>{states[update.state][0]}</Badge>
                <span className="text-muted-foreground">
                  {formatDateTime(update.ended_at ?? update.created_at)} on {update.agent}, {update.requested_by ? `asked for by ${update.requested_by}` : "by itself"}
                </span>
              </p>
              {update.because && <p className="wrap-anywhere text-muted-foreground">{update.because}</p>}
            </li>
          ))}
        </ul>
      )}
    </Section>
  );
}

/** Releases that failed here, and are not taken again until somebody says so. */
export function Holds({ holds }: { holds: Platform["holds"] }) {
  const queries = useQueryClient();
  const release = useMutation({ mutationFn: releaseHold, onSettled: () => queries.invalidateQueries({ queryKey: ["admin", "platform"] }) });
  if (holds.length === 0) return null;
  return (
    <Section id="holds" title="Held back">
      {release.isError && <ErrorPanel error={release.error} announce />}
      <ul className="divide-y text-sm">
        {holds.map(({ because, held_at, version }) => (
          <li key={version} className="flex flex-wrap items-center justify-between gap-3 py-3">
            <p className="min-w-0 wrap-anywhere">
              <span className="font-semibold">{version}</span>, since {formatDateTime(held_at)}: {because}
            </p>
            <Button size="sm" variant="outline" disabled={release.isPending} onClick={() => release.mutate(version)} aria-label={`Allow ${version} again`}>
              Allow again
            </Button>
          </li>
        ))}
      </ul>
    </Section>
  );
}
