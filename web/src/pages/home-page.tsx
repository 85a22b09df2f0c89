// SPDX-License-Identifier: AGPL-3.0-or-later
import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { Link, getRouteApi } from "@tanstack/react-router";
import { Search } from "lucide-react";
import { useState } from "react";
import { assignmentsQuery, myRunsQuery, mySessionsQuery, teachingQuery, toolsQuery } from "@/api/queries";
import type { Assignment, Me, Tool } from "@/api/types";
import { ErrorPanel } from "@/components/error-panel";
import { AssignmentCard, RowList, RunRow, SessionRow, TeachingRow, ToolCard } from "@/components/links";
import { EmptyState, PageBody, PageHeader, Section } from "@/components/page";
import { Panels } from "@/components/panels/panels";
import { ListSkeleton, QueryView } from "@/components/query-view";
import { Card } from "@/components/ui/card";
import { Input } from "@/components/ui/form-controls";
import { humanize } from "@/lib/format";
import { isTeaching } from "@/lib/roles";

const route = getRouteApi("/authed/");

export function HomePage() {
  const { me } = route.useRouteContext();
  const [search, setSearch] = useState("");
  return (
    <PageBody>
      <PageHeader
        title={`Hello, ${me.user.name.split(" ")[0]}`}
        description={isTeaching(me) ? "What your students are doing, and the tools you have." : "Your assignments, your tools, and where you left off."}
        actions={<SearchBox value={search} onChange={setSearch} />}
      />
      {isTeaching(me) && <Classes me={me} />}
      <Panels place={{ kind: "home" }} className="my-8 first:mt-0 lg:grid-cols-2" />
      {isTeaching(me) && <NeedsAttention />}
      <div className="mt-8 grid gap-x-8 first:mt-0 lg:grid-cols-[3fr_2fr]">
        <div>
          <Assignments search={search} />
          <Tools search={search} />
        </div>
        <Recent />
      </div>
    </PageBody>
  );
}

function SearchBox({ value, onChange }: { value: string; onChange: (value: string) => void }) {
  return (
    <div className="relative w-full sm:w-72">
      <Search aria-hidden className="pointer-events-none absolute top-3 left-3 size-4 text-muted-foreground" />
      <Input type="search" aria-label="Search assignments and tools" placeholder="Search assignments and tools" className="pl-9" value={value} onChange={(event) => onChange(event.target.value)} />
    </div>
  );
}

function Classes({ me }: { me: Me }) {
  if (me.classes.length === 0) return null;
  return (
    <Section title="Your classes" id="classes">
      <ul className="grid gap-3 sm:grid-cols-2 lg:grid-cols-3">
        {me.classes.map((each) => (
          <li key={each.id}>
            <Link to="/teaching" search={{ class_id: each.id }} className="block rounded-2xl hover:shadow-md">
              <Card className="p-4">
                <p className="font-bold">{each.name}</p>
                <p className="text-sm text-muted-foreground">{humanize(each.role)} · see conversations</p>
              </Card>
            </Link>
          </li>
        ))}
      </ul>
    </Section>
  );
}

/** The students' newest conversations, those in which modules noted something first. */
function NeedsAttention() {
  const query = useInfiniteQuery(teachingQuery({}));
  const sessions = (query.data?.pages[0]?.items ?? []).toSorted((a, b) => Number(b.extraction_count > 0) - Number(a.extraction_count > 0)).slice(0, 6);
  const all = (
    <Link to="/teaching" className="text-sm font-semibold text-primary underline-offset-4 hover:underline">
      All conversations
    </Link>
  );
  return (
    <Section title="Worth a look" id="attention" aside={all}>
      {query.isPending && <ListSkeleton />}
      {query.isError && <ErrorPanel error={query.error} onRetry={() => void query.refetch()} />}
      {query.isSuccess &&
        (sessions.length === 0 ? (
          <EmptyState title="No conversations yet">They appear here as soon as a student starts one.</EmptyState>
        ) : (
          <RowList>
            {sessions.map((session) => (
              <TeachingRow key={session.id} session={session} />
            ))}
          </RowList>
        ))}
    </Section>
  );
}

function Assignments({ search }: { search: string }) {
  const query = useQuery(assignmentsQuery);
  const order = { open: 0, upcoming: 1, closed: 2 };
  return (
    <Section title="Assignments" id="assignments">
      <QueryView query={query}>
        {(assignments) => {
          const found = assignments.filter((each) => matches(search, assignmentText(each))).toSorted((a, b) => order[a.state] - order[b.state]);
          if (found.length === 0) return <Nothing search={search} empty="No assignments right now" />;
          return <Cards>{found.map((each) => <AssignmentCard key={each.id} assignment={each} />)}</Cards>;
        }}
      </QueryView>
    </Section>
  );
}

function Tools({ search }: { search: string }) {
  const query = useQuery(toolsQuery);
  return (
    <Section title="Tools" id="tools">
      <QueryView query={query}>
        {(tools) => {
          const found = tools.filter((tool) => matches(search, toolText(tool)));
          if (found.length === 0) return <Nothing search={search} empty="No tools have been set up for you yet" />;
          return <Cards>{found.map((tool) => <ToolCard key={tool.id} tool={tool} />)}</Cards>;
        }}
      </QueryView>
    </Section>
  );
}

function Cards({ children }: { children: React.ReactElement[] }) {
  return <ul className="grid gap-3">{children.map((child) => <li key={child.key}>{child}</li>)}</ul>;
}

function Nothing({ search, empty }: { search: string; empty: string }) {
  return <EmptyState title={search.trim() === "" ? empty : `Nothing matches “${search.trim()}”`} />;
}

function Recent() {
  const sessions = useQuery(mySessionsQuery);
  const runs = useQuery(myRunsQuery);
  return (
    <div className="max-lg:mt-8">
      <Section title="Recent conversations" id="recent-sessions">
        <QueryView query={sessions}>
          {({ items }) => (items.length === 0 ? <EmptyState title="No conversations yet">Pick a tool to start one.</EmptyState> : <RowList>{items.slice(0, 6).map((each) => <SessionRow key={each.id} session={each} />)}</RowList>)}
        </QueryView>
      </Section>
      <Section title="Recent results" id="recent-runs">
        <QueryView query={runs}>
          {({ items }) => (items.length === 0 ? <EmptyState title="No results yet">What tools write for you is kept here.</EmptyState> : <RowList>{items.slice(0, 6).map((each) => <RunRow key={each.id} run={each} />)}</RowList>)}
        </QueryView>
      </Section>
    </div>
  );
}

function matches(search: string, text: string): boolean {
  const haystack = text.toLowerCase();
  return search.toLowerCase().split(/\s+/).every((word) => haystack.includes(word));
}

function assignmentText(each: Assignment): string {
  return [each.name, each.instructions, each.class.name, each.tool.name].join(" ");
}

function toolText(tool: Tool): string {
  return [tool.name, tool.description, tool.subject, tool.grades.join(" ")].join(" ");
}
