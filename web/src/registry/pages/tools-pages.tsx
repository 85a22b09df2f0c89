// SPDX-License-Identifier: AGPL-3.0-or-later
import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { Link, getRouteApi } from "@tanstack/react-router";
import { Download } from "lucide-react";
import { CopyButton } from "@/components/copy-button";
import { Filter } from "@/components/filter";
import { InfiniteList } from "@/components/infinite-list";
import { ToolIcon } from "@/components/tool-icon";
import { EmptyState, PageBody, PageHeader, Section } from "@/components/page";
import { QueryView } from "@/components/query-view";
import { SearchField } from "@/components/search-field";
import { Badge } from "@/components/ui/badge";
import { Button } from "@/components/ui/button";
import { Card } from "@/components/ui/card";
import { formatDateTime, formatSubject, plural } from "@/lib/format";
import { type CommunityTool, type CommunityToolDetail, type ToolFilter, toolQuery, toolsQuery } from "../queries";

const listRoute = getRouteApi("/tools");
const oneRoute = getRouteApi("/tools/$id");

const types: [string, string][] = [
  ["chat", "Conversations"],
  ["product", "One result"],
];

export function ToolsPage() {
  const filter = listRoute.useSearch();
  const navigate = listRoute.useNavigate();
  const query = useInfiniteQuery(toolsQuery(filter));
  const change = (changes: ToolFilter) => void navigate({ search: (now: ToolFilter) => ({ ...now, ...changes }), replace: true });
  const found = query.data?.pages.flatMap((page) => page.items) ?? [];
  const subjects = [...new Set([...found.map((tool) => tool.subject), filter.subject ?? ""])].filter(Boolean).sort();
  return (
    <PageBody>
      <PageHeader title="Tools" description="What teachers have built and share: YAML that you read before you use it." />
      <search className="mb-5 grid grid-cols-2 gap-3 *:min-w-0 lg:grid-cols-4 [&>:first-child]:col-span-2">
        <SearchField placeholder="What it is for" value={filter.q ?? ""} onChange={(q) => change({ q })} />
        <Filter label="Kind" all="Every kind" value={filter.type} options={types} onChange={(type) => change({ type })} />
        <Filter label="Subject" all="Every subject" value={filter.subject} options={subjects.map((each) => [each, formatSubject(each)])} onChange={(subject) => change({ subject })} />
      </search>
      <InfiniteList query={query} empty={Object.values(filter).some(Boolean) ? <EmptyState title="No tool matches">Change the search or the filters.</EmptyState> : <EmptyState title="Nobody has shared a tool yet" />}>
        {(tools) => (
          <ul className="grid gap-4 md:grid-cols-2">
            {tools.map((tool) => (
              <li key={tool.id}>
                <ToolRow tool={tool} />
              </li>
            ))}
          </ul>
        )}
      </InfiniteList>
    </PageBody>
  );
}

function ToolRow({ tool }: { tool: CommunityTool }) {
  const { description, grade_level, id, name, publisher, subject, type } = tool;
  return (
    <Card className="flex h-full gap-4 p-4">
      <ToolIcon type={type} />
      <div className="min-w-0 space-y-1">
        <h2 className="text-base font-bold wrap-anywhere">
          <Link to="/tools/$id" params={{ id }} className="hover:underline">
            {name}
          </Link>
        </h2>
        <p className="text-sm text-muted-foreground">by {publisher}</p>
        {description && <p className="line-clamp-3 text-sm wrap-anywhere">{description}</p>}
        <p className="flex flex-wrap gap-1.5 pt-1">
          {subject && <Badge tone="good">{formatSubject(subject)}</Badge>}
          {grade_level && <Badge>{grade_level}</Badge>}
        </p>
      </div>
    </Card>
  );
}

export function ToolPage() {
  const { id } = oneRoute.useParams();
  const query = useQuery(toolQuery(id));
  return (
    <PageBody>
      <QueryView query={query}>{(tool) => <ToolView tool={tool} />}</QueryView>
    </PageBody>
  );
}

function ToolView({ tool }: { tool: CommunityToolDetail }) {
  const { description, downloads, grade_level, modules, name, publisher, subject, type, updated_at, yaml } = tool;
  return (
    <>
      <PageHeader
        title={name}
        eyebrow={
          <>
            <Badge tone="info">{type === "chat" ? "Conversation" : "One result"}</Badge>
            {subject && <Badge tone="good">{formatSubject(subject)}</Badge>}
            {grade_level && <Badge>{grade_level}</Badge>}
          </>
        }
        description={
          <p className="flex flex-wrap gap-x-4 gap-y-1 text-sm">
            <span>
              by{" "}
              <Link to="/publishers/$name" params={{ name: publisher }} className="font-semibold text-primary underline underline-offset-4">
                {publisher}
              </Link>
            </span>
            <span>changed {formatDateTime(updated_at)}</span>
            <span>{plural(downloads, "download")}</span>
          </p>
        }
        actions={
          <>
            <CopyButton text={() => yaml} />
            <Button asChild variant="outline">
              <a download={fileName(name)} href={`data:application/yaml;charset=utf-8,${encodeURIComponent(yaml)}`}>
                <Download aria-hidden /> Download
              </a>
            </Button>
          </>
        }
      />
      {description && <p className="mb-6 whitespace-pre-line wrap-anywhere">{description}</p>}
      {modules.length > 0 && (
        <Section title="Modules that it asks" id="modules">
          <ul className="flex flex-wrap gap-x-4 gap-y-1 text-sm">
            {modules.map((module) => (
              <li key={module}>
                <Link to="/modules/$name" params={{ name: module }} className="text-primary underline underline-offset-4">
                  {module}
                </Link>
              </li>
            ))}
          </ul>
        </Section>
      )}
      <Section title="Definition" id="definition">
        <pre tabIndex={0} aria-label="The tool in YAML" className="max-h-[70dvh] overflow-auto rounded-xl border bg-muted p-4 text-sm">
          <code>{yaml}</code>
        </pre>
      </Section>
    </>
  );
}

function fileName(name: string): string {
  const plain = name.toLowerCase().replace(/[^a-z0-9]+/g, "-").replace(/^-+|-+$/g, "");
  return `${plain || "tool"}.yaml`;
}
