// SPDX-License-Identifier: AGPL-3.0-or-later
import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { Download } from "lucide-react";
import { type Finding, type FindingFilter, type FindingPlace, type FindingSum, type FindingType, findingSumsQuery, findingTypesQuery, findingsFile, findingsQuery, studentsQuery } from "@/api/findings";
import { ErrorPanel } from "@/components/error-panel";
import { ExtractionCard } from "@/components/extractions/extraction-card";
import { Filter } from "@/components/filter";
import { MoreButton } from "@/components/more-button";
import { EmptyState } from "@/components/page";
import { ListSkeleton } from "@/components/query-view";
import { Button } from "@/components/ui/button";
import { Card } from "@/components/ui/card";
import { formatDateTime, formatRelative, humanize, plural } from "@/lib/format";

interface FindingsProps {
  place: FindingPlace;
  /** Whose students can be chosen. */
  classId: string | undefined;
  filter: FindingFilter;
  onFilter: (change: FindingFilter) => void;
}

/** What modules found in the work of a class or an assignment, newest first. */
export function Findings({ place, classId, filter, onFilter }: FindingsProps) {
  const query = useInfiniteQuery(findingsQuery(place, filter));
  const sums = useQuery(findingSumsQuery(place));
  const types = useQuery(findingTypesQuery).data ?? [];
  const findings = query.data?.pages.flatMap((page) => page.items) ?? [];
  const narrowed = filter.type !== undefined || filter.user_id !== undefined;
  return (
    <>
      {sums.isError && <ErrorPanel error={sums.error} onRetry={() => void sums.refetch()} />}
      {sums.data && sums.data.length > 0 && <Sums sums={sums.data} types={types} filter={filter} onFilter={onFilter} />}
      <Filters sums={sums.data ?? []} types={types} classId={classId} filter={filter} onFilter={onFilter} />
      {query.isPending && <ListSkeleton rows={4} />}
      {query.isError && <ErrorPanel error={query.error} onRetry={() => void query.refetch()} />}
      {query.isSuccess && findings.length === 0 && <Empty narrowed={narrowed} />}
      {findings.length > 0 && (
        <>
          <ul className="space-y-4" aria-label="Findings">
            {findings.map((finding) => (
              <FindingRow key={finding.id} finding={finding} title={titleOf(types, finding)} />
            ))}
          </ul>
          <div className="mt-4 flex flex-wrap justify-center gap-3">
            <MoreButton query={query} />
            <Button asChild variant="outline">
              <a href={findingsFile(place, filter)} download>
                <Download aria-hidden /> Download as CSV
              </a>
            </Button>
          </div>
        </>
      )}
    </>
  );
}

function Empty({ narrowed }: { narrowed: boolean }) {
  if (narrowed) return <EmptyState title="No findings match">Change the filters.</EmptyState>;
  return <EmptyState title="Nothing has been found yet">When a module that is attached to a tool notices something in your students' work, you see it here.</EmptyState>;
}

/** As its module calls it, or its bare name where the module does not say. */
function titleOf(types: FindingType[], { module, type }: { module: string; type: string }): string {
  return types.find((each) => each.type === type && (each.module === null || each.module === module))?.title ?? humanize(type);
}

type Choice = Omit<FindingsProps, "place" | "classId"> & { sums: FindingSum[]; types: FindingType[] };

const keyOf = ({ module, type }: { module?: string; type?: string }) => (type === undefined ? undefined : `${module ?? ""}/${type}`);

function Sums({ sums, types, filter, onFilter }: Choice) {
  return (
    <ul className="mb-5 grid gap-3 sm:grid-cols-2 lg:grid-cols-3" aria-label="Sums">
      {sums.map((sum) => {
        const chosen = keyOf(sum) === keyOf(filter);
        return (
          <li key={keyOf(sum)}>
            <button
              type="button"
              aria-pressed={chosen}
              className="block h-full w-full rounded-2xl text-left hover:shadow-md"
              onClick={() => onFilter(chosen ? { module: undefined, type: undefined } : { module: sum.module, type: sum.type })}
            >
              <Card className={chosen ? "h-full border-primary p-4" : "h-full p-4"}>
                <p className="font-bold">{titleOf(types, sum)}</p>
                <p className="text-sm">
                  {plural(sum.count, "finding")}, {plural(sum.people, "student")}
                </p>
                <p className="text-xs text-muted-foreground">last {formatRelative(sum.last_at)}</p>
              </Card>
            </button>
          </li>
        );
      })}
    </ul>
  );
}

function Filters({ sums, types, classId, filter, onFilter }: Choice & { classId: string | undefined }) {
  const students = useQuery({ ...studentsQuery(classId ?? ""), enabled: classId !== undefined }).data ?? [];
  const chosen = sums.map((sum): [string, string] => [keyOf(sum) ?? "", titleOf(types, sum)]);
  return (
    <div className="mb-5 grid gap-3 sm:grid-cols-2">
      <Filter
        label="Type"
        all="All types"
        value={keyOf(filter)}
        options={chosen}
        onChange={(key) => {
          const sum = sums.find((each) => keyOf(each) === key);
          onFilter({ module: sum?.module, type: sum?.type });
        }}
      />
      <Filter label="Student" all="All students" value={filter.user_id} options={students.map(({ id, name }) => [id, name])} onChange={(user_id) => onFilter({ user_id })} />
    </div>
  );
}

function FindingRow({ finding, title }: { finding: Finding; title: string }) {
  const { user, tool, assignment, session_id: session, run_id: run, message_seq: seq } = finding;
  return (
    <li>
      <p className="mb-1 flex flex-wrap items-baseline gap-x-2 text-sm">
        <span className="font-bold">{user.name}</span>
        <span className="text-muted-foreground">
          {assignment ? `${assignment.name} · ${tool.name}` : tool.name}, {formatDateTime(finding.created_at)}
        </span>
        {session && (
          <Link to="/teaching/sessions/$id" params={{ id: session }} hash={seq === null ? undefined : `message-${seq}`} className="font-semibold text-primary underline underline-offset-2">
            Conversation
          </Link>
        )}
        {run && (
          <Link to="/runs/$id" params={{ id: run }} className="font-semibold text-primary underline underline-offset-2">
            Result
          </Link>
        )}
      </p>
      <ExtractionCard extraction={finding} title={title} />
    </li>
  );
}
