// SPDX-License-Identifier: AGPL-3.0-or-later
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { getRouteApi, useNavigate } from "@tanstack/react-router";
import { MessagesSquare } from "lucide-react";
import { useEffect, useRef, useState } from "react";
import { post } from "@/api/client";
import { ApiError } from "@/api/errors";
import { assignmentsQuery, runQuery, toolQuery } from "@/api/queries";
import type { Assignment, Json, JsonObject, Run, Session, Tool } from "@/api/types";
import { ErrorPanel } from "@/components/error-panel";
import { AssignmentState } from "@/components/links";
import { PageBody, PageHeader } from "@/components/page";
import { Panels } from "@/components/panels/panels";
import { QueryView } from "@/components/query-view";
import { SchemaForm } from "@/components/schema-form/schema-form";
import { type FormValue, initialValue } from "@/components/schema-form/values";
import { ToolIcon } from "@/components/tool-icon";
import { Badge } from "@/components/ui/badge";
import { Button } from "@/components/ui/button";
import { Card } from "@/components/ui/card";
import { Notice } from "@/components/ui/notice";
import { draftKey, readDraft, writeDraft } from "@/lib/drafts";
import { formatDue, formatGrades, formatSubject, joinNames } from "@/lib/format";

const route = getRouteApi("/authed/tools/$id");

export function ToolPage() {
  const { id } = route.useParams();
  const search = route.useSearch();
  const tool = useQuery(toolQuery(id));
  const assignments = useQuery({ ...assignmentsQuery, enabled: search.assignment !== undefined });
  const assignment = assignments.data?.find((each) => each.id === search.assignment);
  return (
    <PageBody className="max-w-3xl">
      <QueryView query={tool}>
        {(found) => (
          <>
            <ToolHeader tool={found} />
            {assignment && <AssignmentNote assignment={assignment} />}
            {assignment && <Panels place={{ kind: "assignment", id: assignment.id }} className="mb-6" />}
            {found.type === "chat" ? <StartChat tool={found} assignmentId={search.assignment} /> : <RunTool tool={found} assignmentId={search.assignment} fromRun={search.from_run} />}
          </>
        )}
      </QueryView>
    </PageBody>
  );
}

function ToolHeader({ tool }: { tool: Tool }) {
  return (
    <PageHeader
      title={tool.name}
      description={tool.description}
      eyebrow={
        <>
          <ToolIcon type={tool.type} />
          {tool.subject && <Badge tone="good">{formatSubject(tool.subject)}</Badge>}
          {tool.grades.length > 0 && <Badge>{formatGrades(tool.grades)}</Badge>}
        </>
      }
    />
  );
}

function AssignmentNote({ assignment }: { assignment: Assignment }) {
  return (
    <Card className="mb-6 p-4">
      <p className="flex flex-wrap items-center gap-2">
        <span className="font-bold">{assignment.name}</span>
        <AssignmentState assignment={assignment} />
        {assignment.due_at && <span className="text-sm text-muted-foreground">due {formatDue(assignment.due_at)}</span>}
      </p>
      {assignment.instructions && <p className="mt-1 text-sm whitespace-pre-wrap">{assignment.instructions}</p>}
    </Card>
  );
}

function StartChat({ tool, assignmentId }: { tool: Tool; assignmentId: string | undefined }) {
  const navigate = useNavigate();
  const queries = useQueryClient();
  const start = useMutation({
    mutationFn: () => post<Session>("/sessions", { tool_id: tool.id, ...(assignmentId && { assignment_id: assignmentId }) }),
    onSuccess: (session) => {
      void queries.invalidateQueries({ queryKey: ["sessions", "mine"] });
      void navigate({ to: "/sessions/$id", params: { id: session.id } });
    },
  });
  return (
    <Card className="space-y-4 p-6">
      <p>Your teacher can read the conversation. {tool.modules.length > 0 && `These modules look after it: ${joinNames(tool.modules)}.`}</p>
      {start.isError && <ErrorPanel error={start.error} announce />}
      <Button size="lg" disabled={start.isPending} onClick={() => start.mutate()}>
        <MessagesSquare aria-hidden /> {start.isPending ? "Starting…" : "Start a conversation"}
      </Button>
    </Card>
  );
}

interface RunToolProps {
  tool: Tool;
  assignmentId: string | undefined;
  fromRun: string | undefined;
}

/** Waits for an earlier run's input when the form is to start from it. */
function RunTool({ tool, assignmentId, fromRun }: RunToolProps) {
  const earlier = useQuery({ ...runQuery(fromRun ?? ""), enabled: fromRun !== undefined });
  const schema = tool.input_schema;
  if (!schema) return <Notice tone="warning" title="This tool has no form">Its author has not said what it needs. Tell your teacher or administrator.</Notice>;
  if (fromRun === undefined) return <RunForm tool={tool} schema={schema} assignmentId={assignmentId} input={undefined} />;
  return <QueryView query={earlier}>{(run) => <RunForm tool={tool} schema={schema} assignmentId={assignmentId} input={run.input} />}</QueryView>;
}

interface RunFormProps {
  tool: Tool;
  schema: JsonObject;
  assignmentId: string | undefined;
  /** An earlier input to start from; it wins over a kept draft. */
  input: Json | undefined;
}

function RunForm({ tool, schema, assignmentId, input }: RunFormProps) {
  const { me } = route.useRouteContext();
  const navigate = useNavigate();
  const queries = useQueryClient();
  const draft = draftKey(me.user.id, "form", tool.id);
  const [value, setValue] = useState<FormValue>(() => startValue(schema, input, readDraft(draft)));
  const failure = useRef<HTMLDivElement>(null);
  const run = useMutation({
    mutationFn: (filled: JsonObject) => post<Run>("/runs", { tool_id: tool.id, input: filled, ...(assignmentId && { assignment_id: assignmentId }) }),
    onSuccess: (made) => {
      writeDraft(draft, "");
      queries.setQueryData(runQuery(made.id).queryKey, made);
      void queries.invalidateQueries({ queryKey: ["runs", "mine"] });
      void navigate({ to: "/runs/$id", params: { id: made.id } });
    },
  });
  const fields = run.error instanceof ApiError ? run.error.fields : [];
  useEffect(() => {
    if (run.isError) failure.current?.scrollIntoView({ block: "nearest" });
  }, [run.isError]);
  return (
    <Card className="p-6">
      <SchemaForm
        schema={schema}
        value={value}
        onChange={(next) => {
          setValue(next);
          writeDraft(draft, JSON.stringify(next));
        }}
        onSubmit={(filled) => run.mutate(filled)}
        submitLabel="Make it"
        busy={run.isPending}
        fieldErrors={fields}
      />
      <div ref={failure} className="mt-4">
        {run.isPending && <WorkingNote />}
        {run.isError && fields.length === 0 && <RunFailure error={run.error} onRetry={() => run.variables && run.mutate(run.variables)} />}
      </div>
    </Card>
  );
}

function WorkingNote() {
  return (
    <p role="status" className="text-sm text-muted-foreground">
      The AI is writing, and modules check what it writes. This can take a minute.
    </p>
  );
}

function RunFailure({ error, onRetry }: { error: Error; onRetry: () => void }) {
  if (error instanceof ApiError && error.isBlock) {
    const { reason, module } = error.details;
    return (
      <Notice tone="shield" announce title="This request was stopped">
        <p>{typeof reason === "string" ? reason : error.message}</p>
        {typeof module === "string" && <p className="text-xs">Stopped by {module}, a module that your school has switched on.</p>}
      </Notice>
    );
  }
  return <ErrorPanel error={error} onRetry={onRetry} announce />;
}

function startValue(schema: JsonObject, input: Json | undefined, draft: string): FormValue {
  if (input === undefined && draft !== "") {
    try {
      return JSON.parse(draft) as FormValue;
    } catch {
      // A draft of another version of these pages: start afresh.
    }
  }
  return initialValue(schema, schema, input);
}
