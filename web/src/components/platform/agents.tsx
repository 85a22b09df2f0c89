// SPDX-License-Identifier: AGPL-3.0-or-later
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { type Platform, startRollback } from "@/api/platform";
import { ErrorPanel } from "@/components/error-panel";
import { Section } from "@/components/page";
import { Badge } from "@/components/ui/badge";
import { Button } from "@/components/ui/button";
import { ConfirmDialog } from "@/components/ui/confirm-dialog";
import { formatRelative } from "@/lib/format";

/** Where this instance runs, by who looks after it there. */
export function Agents({ platform: { agents, update } }: { platform: Platform }) {
  const queries = useQueryClient();
  const [asking, setAsking] = useState(false);
  const rollback = useMutation({ mutationFn: startRollback, onSettled: () => queries.invalidateQueries({ queryKey: ["admin", "platform"] }) });
  const previous = agents.find((agent) => agent.previous_version && agent.present);
  if (agents.length === 0) return null;
  return (
    <Section
      id="agents"
      title="Where it runs"
      aside={
        previous && (
          <Button size="sm" variant="outline" disabled={update !== null || rollback.isPending} onClick={() => setAsking(true)}>
            Go back to {previous.previous_version}
          </Button>
        )
      }
    >
      {rollback.isError && <ErrorPanel error={rollback.error} announce />}
      <ul className="divide-y text-sm">
        {agents.map(({ deployment, name, present, seen_at, version }) => (
          <li key={name} className="flex flex-wrap items-center gap-2 py-3 wrap-anywhere">
            <span className="font-semibold">{name}</span>
            <Badge>{version}</Badge>
            {deployment && <span className="text-muted-foreground">{deployment}</span>}
            {!present && <Badge tone="warning">Not heard of since {formatRelative(seen_at)}</Badge>}
          </li>
        ))}
      </ul>
      <ConfirmDialog
        open={asking}
        title={`Go back to ${previous?.previous_version}?`}
        description="The version before starts beside this one and takes over. The database stays as it is; nothing that people have written is lost. This version is not taken by itself again until you allow it."
        confirmLabel="Go back"
        onClose={() => setAsking(false)}
        onConfirm={() => {
          setAsking(false);
          rollback.mutate();
        }}
      />
    </Section>
  );
}
