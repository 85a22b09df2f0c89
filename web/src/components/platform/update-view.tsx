// SPDX-License-Identifier: AGPL-3.0-or-later
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { LoaderCircle } from "lucide-react";
import { type PlatformUpdate, cancelUpdate } from "@/api/platform";
import { ErrorPanel } from "@/components/error-panel";
import { Button } from "@/components/ui/button";
import { Card } from "@/components/ui/card";
import { Notice } from "@/components/ui/notice";
import { formatRelative } from "@/lib/format";
import { phases } from "@/lib/platform";

const what = ({ from_version, kind, to_version }: PlatformUpdate) => (kind === "rollback" ? `Going back from ${from_version} to ${to_version}` : `Update from ${from_version} to ${to_version}`);

/** An update that goes on, or how the newest one has failed. */
export function UpdateView({ update }: { update: PlatformUpdate }) {
  if (update.state === "requested" || update.state === "running") return <UnderWay update={update} />;
  const broken = update.state === "broken";
  const title = broken ? "The instance needs a person" : update.state === "rolled_back" ? `${update.to_version} was taken back` : `${what(update)} failed`;
  return (
    <Notice tone={broken ? "danger" : "warning"} title={title} className="mb-6">
      <p className="wrap-anywhere">{update.because}</p>
      <p>{broken ? "Look at the machine of " + update.agent + " now." : `${update.from_version} goes on running.`}</p>
    </Notice>
  );
}

function UnderWay({ update }: { update: PlatformUpdate }) {
  const queries = useQueryClient();
  const waits = update.state === "requested";
  const cancel = useMutation({ mutationFn: () => cancelUpdate(update.id), onSettled: () => queries.invalidateQueries({ queryKey: ["admin", "platform"] }) });
  return (
    <Card className="mb-6 space-y-3 p-4" data-update={update.state}>
      <h2 className="font-bold">{what(update)}</h2>
      <p role="status" className="flex items-start gap-2 text-sm">
        <LoaderCircle aria-hidden className="mt-0.5 size-4 shrink-0 animate-spin text-muted-foreground" />
        <span className="wrap-anywhere">
          {waits ? `Waits for ${update.agent} to begin, since ${formatRelative(update.created_at)}.` : (phases[update.phase] ?? "It begins.")} {!waits && update.detail}
        </span>
      </p>
      <p className="text-sm text-muted-foreground">{waits ? "Nothing has been changed yet." : "People can go on working: requests are answered all the time."}</p>
      {waits && (
        <Button size="sm" variant="outline" disabled={cancel.isPending} onClick={() => cancel.mutate()}>
          Cancel
        </Button>
      )}
      {cancel.isError && <ErrorPanel error={cancel.error} announce />}
    </Card>
  );
}
