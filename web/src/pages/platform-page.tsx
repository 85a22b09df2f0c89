// SPDX-License-Identifier: AGPL-3.0-or-later
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { type Platform, lookNow, platformQuery } from "@/api/platform";
import { ErrorPanel } from "@/components/error-panel";
import { MarketStateView } from "@/components/marketplace/market-state";
import { PageBody, PageHeader } from "@/components/page";
import { Agents } from "@/components/platform/agents";
import { History, Holds } from "@/components/platform/history";
import { OfferCard } from "@/components/platform/offer-card";
import { UpdateView } from "@/components/platform/update-view";
import { QueryView } from "@/components/query-view";
import { Button } from "@/components/ui/button";
import { Notice } from "@/components/ui/notice";
import { formatRelative } from "@/lib/format";
import { updateToTell } from "@/lib/platform";

export function PlatformPage() {
  const queries = useQueryClient();
  const query = useQuery(platformQuery);
  const look = useMutation({ mutationFn: lookNow, onSettled: () => queries.invalidateQueries({ queryKey: ["admin", "platform"] }) });
  return (
    <PageBody>
      <PageHeader
        title="Platform"
        description="Which release of RaptScallions runs here, and how it gets to the next one."
        actions={
          <Button variant="outline" disabled={look.isPending} onClick={() => look.mutate()}>
            Look for releases now
          </Button>
        }
      />
      {look.isError && <ErrorPanel error={look.error} announce />}
      <QueryView query={query}>{(platform) => <Found platform={platform} />}</QueryView>
      <div className="mt-8">
        <MarketStateView />
      </div>
    </PageBody>
  );
}

function Found({ platform }: { platform: Platform }) {
  const { history, holds, look, offer, update, version } = platform;
  const told = updateToTell(platform);
  return (
    <>
      {told && <UpdateView update={told} />}
      {look.fault && (
        <Notice tone="warning" title="The last look for releases came to nothing" className="mb-6">
          <p className="wrap-anywhere">{look.fault}</p>
        </Notice>
      )}
      {offer && update?.to_version !== offer.version && <OfferCard offer={offer} platform={platform} />}
      <p className="mb-8 text-sm wrap-anywhere" data-version={version}>
        <span className="font-semibold">RaptScallions {version}</span> is running. {!offer && !look.fault && look.checked_at && "There is nothing newer for it. "}
        {look.checked_at ? `Looked for releases ${formatRelative(look.checked_at)}. ` : "Nobody has looked for releases yet. "}
        {policyOf(platform)}
      </p>
      <Agents platform={platform} />
      <Holds holds={holds} />
      <History history={history} />
    </>
  );
}

function policyOf({ auto_update, pin, window }: Platform): string {
  const kept = pin ? ` Only versions in ${pin} are taken.` : "";
  if (!auto_update) return `Releases wait for an administrator.${kept}`;
  return `Releases are taken by themselves${window ? ` between ${window.replace("-", " and ")} UTC` : ""}.${kept}`;
}
