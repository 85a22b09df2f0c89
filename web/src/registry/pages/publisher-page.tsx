// SPDX-License-Identifier: AGPL-3.0-or-later
import { useQuery } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import { EmptyState, PageBody, PageHeader, Section } from "@/components/page";
import { QueryView } from "@/components/query-view";
import { Badge } from "@/components/ui/badge";
import { formatDateTime } from "@/lib/format";
import { safeLink } from "@/lib/market";
import { type Publisher, publisherQuery } from "../queries";
import { FoundModules } from "./modules-page";

const route = getRouteApi("/publishers/$name");

export function PublisherPage() {
  const { name } = route.useParams();
  const query = useQuery(publisherQuery(name));
  return (
    <PageBody>
      <QueryView query={query}>{(publisher) => <PublisherView publisher={publisher} />}</QueryView>
    </PageBody>
  );
}

function PublisherView({ publisher: { keys, name, reviewed, since, title, url } }: { publisher: Publisher }) {
  const link = safeLink(url);
  return (
    <>
      <PageHeader
        title={title || name}
        eyebrow={reviewed ? <Badge tone="good">Known to the registry</Badge> : <Badge>Each version is reviewed</Badge>}
        description={
          <p className="flex flex-wrap gap-x-4 gap-y-1 text-sm">
            <code>{name}</code>
            <span>since {formatDateTime(since)}</span>
            {link && (
              <a href={link} target="_blank" rel="noopener noreferrer nofollow" className="text-primary underline underline-offset-4 wrap-anywhere">
                {link}
              </a>
            )}
          </p>
        }
      />
      <Section title="Modules" id="modules">
        <FoundModules filter={{ publisher: name }} />
      </Section>
      <Section title="Keys" id="keys">
        {keys.length === 0 ? <EmptyState title="It has no key" /> : <Keys keys={keys} />}
      </Section>
    </>
  );
}

function Keys({ keys }: Pick<Publisher, "keys">) {
  return (
    <ul className="divide-y overflow-hidden rounded-2xl border bg-card text-sm">
      {keys.map(({ added_at, key_id, label, revoked_at }) => (
        <li key={key_id} className="flex flex-wrap items-center gap-x-3 gap-y-1 px-4 py-3">
          <code>{key_id}</code>
          {label && <span className="wrap-anywhere">{label}</span>}
          {revoked_at === null ? <Badge tone="good">In use</Badge> : <Badge tone="danger">Revoked {formatDateTime(revoked_at)}</Badge>}
          <span className="text-muted-foreground">since {formatDateTime(added_at)}</span>
        </li>
      ))}
    </ul>
  );
}
