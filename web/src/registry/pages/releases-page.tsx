// SPDX-License-Identifier: AGPL-3.0-or-later
import { useInfiniteQuery } from "@tanstack/react-query";
import { InfiniteList } from "@/components/infinite-list";
import { ChangeLog } from "@/components/marketplace/change-log";
import { Fact } from "@/components/marketplace/version-facts";
import { EmptyState, PageBody, PageHeader } from "@/components/page";
import { Badge } from "@/components/ui/badge";
import { Card } from "@/components/ui/card";
import { Notice } from "@/components/ui/notice";
import { formatDateTime } from "@/lib/format";
import { formatBytes } from "@/lib/market";
import { type Release, releasesQuery } from "../queries";

export function ReleasesPage() {
  const query = useInfiniteQuery(releasesQuery);
  return (
    <PageBody className="max-w-4xl">
      <PageHeader title="Releases" description="Versions of RaptScallions itself. Instances find them by themselves, and check their signatures before they use one." />
      <InfiniteList query={query} empty={<EmptyState title="Nothing is released yet" />}>
        {(found) => (
          <ul className="space-y-4">
            {found.map((release) => (
              <li key={release.version}>
                <ReleaseCard release={release} />
              </li>
            ))}
          </ul>
        )}
      </InfiniteList>
    </PageBody>
  );
}

function ReleaseCard({ release }: { release: Release }) {
  const { channel, files, halted_because, image, min_from, notes, published_at, rollout_percent, version } = release;
  return (
    <Card className="space-y-3 p-5" data-release={version}>
      <div className="flex flex-wrap items-center gap-2">
        <h2 className="text-lg font-bold">{version}</h2>
        {channel === "beta" && <Badge tone="info">Beta</Badge>}
        {halted_because === null && rollout_percent < 100 && <Badge tone="warning">For {rollout_percent} of 100 instances so far</Badge>}
        <span className="text-sm text-muted-foreground">{formatDateTime(published_at)}</span>
      </div>
      {halted_because !== null && (
        <Notice tone="danger" title="This release is halted: no instance takes it now">
          {halted_because}
        </Notice>
      )}
      {notes && <ChangeLog text={notes} />}
      <dl className="grid gap-3 text-sm sm:grid-cols-2">
        {min_from && <Fact name="Goes on from">version {min_from} or newer</Fact>}
        {image && (
          <Fact name="Image">
            <code className="text-xs">{image}</code>
          </Fact>
        )}
      </dl>
      {files.length > 0 && (
        <ul className="space-y-2 text-sm">
          {files.map(({ architecture, bytes, sha256, target_path }) => (
            <li key={target_path} className="wrap-anywhere">
              <span className="font-semibold">{architecture}</span>, {formatBytes(bytes)}
              <span className="block text-xs text-muted-foreground">SHA-256 {sha256}</span>
            </li>
          ))}
        </ul>
      )}
    </Card>
  );
}
