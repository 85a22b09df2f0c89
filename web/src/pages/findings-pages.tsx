// SPDX-License-Identifier: AGPL-3.0-or-later
import { useQuery } from "@tanstack/react-query";
import { Link, getRouteApi } from "@tanstack/react-router";
import { ArrowLeft } from "lucide-react";
import type { ReactNode } from "react";
import type { FindingFilter } from "@/api/findings";
import { assignmentsQuery, classQuery } from "@/api/queries";
import { Filter } from "@/components/filter";
import { Findings } from "@/components/findings/findings";
import { PageBody, PageHeader } from "@/components/page";
import { Panels } from "@/components/panels/panels";

const classRoute = getRouteApi("/authed/classes/$id/findings");
const assignmentRoute = getRouteApi("/authed/assignments/$id/findings");

const description = "What the modules of your tools noticed in your students' work, newest first.";

export function ClassFindingsPage() {
  const { id } = classRoute.useParams();
  const filter = classRoute.useSearch();
  const navigate = classRoute.useNavigate();
  const name = useQuery(classQuery(id)).data?.name;
  const assignments = (useQuery(assignmentsQuery).data ?? []).filter((each) => each.class.id === id);
  return (
    <PageBody className="max-w-4xl">
      <Back>
        <Link to="/teaching" search={{ class_id: id }} className={back}>
          <ArrowLeft aria-hidden className="size-4" /> Conversations
        </Link>
      </Back>
      <PageHeader title={name ? `Findings in ${name}` : "Findings"} description={description} />
      {assignments.length > 0 && (
        <div className="mb-5">
          <Filter
            label="Assignment"
            all="Everything in this class"
            value={undefined}
            options={assignments.map((each) => [each.id, each.name])}
            onChange={(to) => to !== undefined && void navigate({ to: "/assignments/$id/findings", params: { id: to } })}
          />
        </div>
      )}
      <Findings
        place={{ kind: "classes", id }}
        classId={id}
        filter={filter}
        onFilter={(change) => void navigate({ search: (now: FindingFilter) => ({ ...now, ...change }), replace: true })}
      />
    </PageBody>
  );
}

export function AssignmentFindingsPage() {
  const { id } = assignmentRoute.useParams();
  const filter = assignmentRoute.useSearch();
  const navigate = assignmentRoute.useNavigate();
  const assignment = useQuery(assignmentsQuery).data?.find((each) => each.id === id);
  return (
    <PageBody className="max-w-4xl">
      {assignment && (
        <Back>
          <Link to="/classes/$id/findings" params={{ id: assignment.class.id }} className={back}>
            <ArrowLeft aria-hidden className="size-4" /> Everything in {assignment.class.name}
          </Link>
        </Back>
      )}
      <PageHeader title={assignment ? `Findings in ${assignment.name}` : "Findings"} description={description} />
      <Panels place={{ kind: "assignment", id }} className="mb-6" />
      <Findings
        place={{ kind: "assignments", id }}
        classId={assignment?.class.id}
        filter={filter}
        onFilter={(change) => void navigate({ search: (now: FindingFilter) => ({ ...now, ...change }), replace: true })}
      />
    </PageBody>
  );
}

const back = "inline-flex items-center gap-1.5 rounded-lg py-1 text-sm font-semibold text-primary hover:underline";

function Back({ children }: { children: ReactNode }) {
  return <p className="mb-4">{children}</p>;
}
