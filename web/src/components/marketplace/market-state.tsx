// SPDX-License-Identifier: AGPL-3.0-or-later
import { useQuery } from "@tanstack/react-query";
import { marketStateQuery } from "@/api/marketplace";
import { ErrorPanel } from "@/components/error-panel";
import { Notice } from "@/components/ui/notice";
import { formatDateTime, formatRelative } from "@/lib/format";

/** How this host stands with its registry, where that is not as it should be, and what works nevertheless. */
export function MarketStateView() {
  const { data, error, isError, refetch } = useQuery(marketStateQuery);
  if (data === undefined) return isError ? <ErrorPanel error={error} onRetry={() => void refetch()} /> : null;
  const { expires_at, fault, refreshed_at, root_version, url } = data;
  if (!url)
    return (
      <Notice tone="info" title="No registry is set up">
        Modules can be installed from a file. For a registry, set MARKETPLACE_URL and start the host again.
      </Notice>
    );
  if (!root_version)
    return (
      <Notice tone="warning" title="This host trusts no registry yet">
        <p>Get the root of {url} from its operator by a way that you trust, then: rapt trust root FILE</p>
        {fault && <p>{fault}</p>}
      </Notice>
    );
  if (fault)
    return (
      <Notice tone="warning" title="The registry cannot be used right now">
        <p>{fault}</p>
        <p>
          What is installed goes on working, can be switched, rolled back, removed and set up; modules can be installed from a file.
          {refreshed_at && ` Last heard of it ${formatRelative(refreshed_at)}.`}
        </p>
      </Notice>
    );
  return (
    <p className="text-sm text-muted-foreground wrap-anywhere">
      From {url}
      {refreshed_at && `, checked ${formatRelative(refreshed_at)}`}
      {expires_at && `; what it has signed holds until ${formatDateTime(expires_at)}`}.
    </p>
  );
}
