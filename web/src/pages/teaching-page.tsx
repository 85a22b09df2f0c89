// SPDX-License-Identifier: AGPL-3.0-or-later
import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { Link, getRouteApi } from "@tanstack/react-router";
import { SlidersHorizontal, Sparkles } from "lucide-react";
import { type TeachingFilter, teachingQuery, toolsQuery } from "@/api/queries";
import { ErrorPanel } from "@/components/error-panel";
import { Filter } from "@/components/filter";
import { RowList, TeachingRow } from "@/components/links";
import { MoreButton } from "@/components/more-button";
import { EmptyState, PageBody, PageHeader } from "@/components/page";
import { Panels } from "@/components/panels/panels";
import { ListSkeleton } from "@/components/query-view";
import { Button } from "@/components/ui/button";

const route = getRouteApi("/authed/teaching");

export function TeachingPage() {
  const filter = route.useSearch();
  const query = useInfiniteQuery(teachingQuery(filter));
  const sessions = query.data?.pages.flatMap((page) => page.items) ?? [];
  return (
    <PageBody className="max-w-4xl">
      <PageHeader title="Conversations" description="What your students and the AI have written, newest first. Notes come from the modules attached to a tool." actions={filter.class_id && <MoreOfClass id={filter.class_id} />} />
      {filter.class_id && <Panels place={{ kind: "class", id: filter.class_id }} className="mb-6" />}
      <Filters filter={filter} />
      {query.isPending && <ListSkeleton rows={5} />}
      {query.isError && <ErrorPanel error={query.error} onRetry={() => void query.refetch()} />}
      {query.isSuccess && sessions.length === 0 && <EmptyState title="No conversations match">Change the filters, or come back when a student has started one.</EmptyState>}
      {sessions.length > 0 && (
        <RowList>
          {sessions.map((session) => (
            <TeachingRow key={session.id} session={session} />
          ))}
        </RowList>
      )}
      <div className="mt-4 text-center empty:hidden">
        <MoreButton query={query} />
      </div>
    </PageBody>
  );
}

function MoreOfClass({ id }: { id: string }) {
  return (
    <div className="flex flex-wrap gap-2">
      <Button asChild variant="outline">
        <Link to="/classes/$id/findings" params={{ id }}>
          <Sparkles aria-hidden /> Findings
        </Link>
      </Button>
      <Button asChild variant="outline">
        <Link to="/classes/$id/ai" params={{ id }}>
          <SlidersHorizontal aria-hidden /> AI in this class
        </Link>
      </Button>
    </div>
  );
}

function Filters({ filter }: { filter: TeachingFilter }) {
  const { me } = route.useRouteContext();
  const navigate = route.useNavigate();
  const tools = useQuery(toolsQuery);
  const chatTools = (tools.data ?? []).filter((tool) => tool.type === "chat");
  const set = (change: TeachingFilter) => void navigate({ search: (now: TeachingFilter) => ({ ...now, ...change }), replace: true });
  return (
    <div className="mb-5 grid gap-3 sm:grid-cols-3">
      <Filter label="Class" value={filter.class_id} all="All classes" options={me.classes.map((each) => [each.id, each.name])} onChange={(class_id) => set({ class_id })} />
      <Filter label="Tool" value={filter.tool_id} all="All tools" options={chatTools.map((tool) => [tool.id, tool.name])} onChange={(tool_id) => set({ tool_id })} />
      <Filter label="State" value={filter.state} all="Any state" options={[["active", "Active"], ["paused", "Paused"], ["completed", "Finished"]]} onChange={(state) => set({ state })} />
    </div>
  );
}
