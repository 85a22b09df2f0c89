// SPDX-License-Identifier: AGPL-3.0-or-later
import type { ReactNode } from "react";
import type { VersionSummary } from "@/api/market-types";
import { Badge } from "@/components/ui/badge";
import { formatDateTime, plural } from "@/lib/format";
import { formatBytes } from "@/lib/market";

interface VersionListProps<T extends VersionSummary> {
  versions: T[];
  /** The one that the page is about now. */
  shown: string | null;
  /** Its number as a link that shows it. */
  link: (version: T) => ReactNode;
  /** What the host knows of it. */
  marks?: (version: T) => ReactNode;
}

/** The versions of a module, newest first, with what speaks against them. */
export function VersionList<T extends VersionSummary>({ versions, shown, link, marks }: VersionListProps<T>) {
  return (
    <ul className="divide-y overflow-hidden rounded-2xl border bg-card text-sm">
      {versions.map((each) => (
        <li key={each.version} data-version={each.version} className={each.version === shown ? "space-y-1 bg-primary-soft/40 px-4 py-3" : "space-y-1 px-4 py-3"}>
          <div className="flex flex-wrap items-center gap-2">
            <span className="font-semibold wrap-anywhere">{link(each)}</span>
            {each.channel === "beta" && <Badge tone="info">Beta</Badge>}
            {each.yanked && <Badge tone="danger">Yanked</Badge>}
            {each.advisories.length > 0 && <Badge tone="danger">{plural(each.advisories.length, "advisory", "advisories")}</Badge>}
            {marks?.(each)}
          </div>
          <p className="text-muted-foreground">
            {formatDateTime(each.published_at)} · {formatBytes(each.bytes)} · {plural(each.downloads, "download")}
          </p>
          {each.yanked && <p className="wrap-anywhere text-danger-foreground">Its publisher took it back: {each.yanked.because}</p>}
        </li>
      ))}
    </ul>
  );
}
