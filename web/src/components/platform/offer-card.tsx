// SPDX-License-Identifier: AGPL-3.0-or-later
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { type Platform, type ReleaseOffer, startUpdate } from "@/api/platform";
import { ErrorPanel } from "@/components/error-panel";
import { ChangeLog } from "@/components/marketplace/change-log";
import { Badge } from "@/components/ui/badge";
import { Button } from "@/components/ui/button";
import { Card } from "@/components/ui/card";
import { ConfirmDialog } from "@/components/ui/confirm-dialog";
import { formatRelative } from "@/lib/format";
import { formatBytes } from "@/lib/market";

/** A newer release, and what can be done about it. */
export function OfferCard({ offer, platform }: { offer: ReleaseOffer; platform: Platform }) {
  const queries = useQueryClient();
  const [asking, setAsking] = useState(false);
  const start = useMutation({ mutationFn: () => startUpdate(offer), onSettled: () => queries.invalidateQueries({ queryKey: ["admin", "platform"] }) });
  const cannot = whyNot(offer, platform);
  return (
    <Card className="mb-6 space-y-4 p-4" data-offer={offer.version}>
      <div className="flex flex-wrap items-center justify-between gap-3">
        <div>
          <h2 className="flex flex-wrap items-center gap-2 font-bold">
            RaptScallions {offer.version} is there {offer.channel === "beta" && <Badge tone="warning">Beta</Badge>}
          </h2>
          <p className="text-sm text-muted-foreground">Released {formatRelative(offer.released_at)}, and signed by those who make releases{offer.bytes > 0 && `; ${formatBytes(offer.bytes)}`}.</p>
        </div>
        <Button disabled={cannot !== "" || start.isPending} onClick={() => setAsking(true)} aria-describedby={cannot ? "why-not" : undefined}>
          Update
        </Button>
      </div>
      {(cannot || offer.held_because) && (
        <p id="why-not" className="text-sm font-semibold wrap-anywhere">
          {cannot || offer.held_because}
        </p>
      )}
      {start.isError && <ErrorPanel error={start.error} announce />}
      <ChangeLog text={offer.notes} />
      <ConfirmDialog
        open={asking}
        title={`Update to ${offer.version}?`}
        description={descriptionOf(offer, platform)}
        confirmLabel="Update"
        onClose={() => setAsking(false)}
        onConfirm={() => {
          setAsking(false);
          start.mutate();
        }}
      />
    </Card>
  );
}

function descriptionOf({ needs_pause }: ReleaseOffer, { version }: Platform): string {
  if (needs_pause)
    return `Nobody is served while the database is changed for it. A copy of the database is made first. If the new version fails, ${version} and that copy come back by themselves.`;
  return `The new version starts beside ${version} and takes over when it works. If it fails, ${version} comes back by itself. A copy of the database is made first, where this instance makes copies.`;
}

/** What keeps an administrator from asking for it; "" for nothing. */
function whyNot({ can_be_taken, held_because }: ReleaseOffer, { agents, deployment, update }: Platform): string {
  if (!can_be_taken) return held_because || "It cannot be taken now.";
  if (update) return "Another update is under way.";
  if (deployment === "") return "Nobody updates this instance by itself (DEPLOYMENT_TYPE is not set): update it the way it was installed.";
  if (!agents.some(({ present }) => present)) return "No update agent is running: start rapt agent, then come back.";
  return "";
}
