// SPDX-License-Identifier: AGPL-3.0-or-later
// The rows and cards that lead from a list to the thing itself.
import { Link } from "@tanstack/react-router";
import { ChevronRight, FileText, MessagesSquare } from "lucide-react";
import type { ReactNode } from "react";
import type { Assignment, Run, SessionSummary, Tool } from "@/api/types";
import { formatDue, formatGrades, formatRelative, formatSubject, plural } from "@/lib/format";
import { SessionStateBadge } from "./session-state";
import { ToolIcon } from "./tool-icon";
import { Badge } from "./ui/badge";
import { Card } from "./ui/card";

const cardLink = "block h-full rounded-2xl transition-shadow hover:shadow-md";

export function ToolCard({ tool }: { tool: Tool }) {
  return (
    <Link to="/tools/$id" params={{ id: tool.id }} className={cardLink}>
      <Card className="flex h-full gap-4 p-4">
        <ToolIcon type={tool.type} />
        <div className="min-w-0 space-y-1">
          <h3 className="font-bold">{tool.name}</h3>
          {tool.description && <p className="line-clamp-3 text-sm text-muted-foreground">{tool.description}</p>}
          <p className="flex flex-wrap gap-1.5 pt-1">
            {tool.subject && <Badge tone="good">{formatSubject(tool.subject)}</Badge>}
            {tool.grades.length > 0 && <Badge>{formatGrades(tool.grades)}</Badge>}
          </p>
        </div>
      </Card>
    </Link>
  );
}

export function AssignmentCard({ assignment }: { assignment: Assignment }) {
  const { name, instructions, state, tool } = assignment;
  const body = (
    <Card className={state === "open" ? "flex h-full gap-4 p-4" : "flex h-full gap-4 bg-transparent p-4 shadow-none"}>
      <ToolIcon type={tool.type} />
      <div className="min-w-0 flex-1 space-y-1">
        <div className="flex flex-wrap items-start justify-between gap-2">
          <h3 className="font-bold">{name}</h3>
          <AssignmentState assignment={assignment} />
        </div>
        <p className="text-sm text-muted-foreground">
          {assignment.class.name} · {tool.name}
        </p>
        {instructions && <p className="line-clamp-2 text-sm">{instructions}</p>}
        <p className="text-sm font-medium">{deadline(assignment)}</p>
      </div>
    </Card>
  );
  if (state !== "open") return body;
  return (
    <Link to="/tools/$id" params={{ id: tool.id }} search={{ assignment: assignment.id }} className={cardLink}>
      {body}
    </Link>
  );
}

export function AssignmentState({ assignment: { state } }: { assignment: Assignment }) {
  if (state === "open") return <Badge tone="good">Open</Badge>;
  return <Badge tone={state === "upcoming" ? "info" : "neutral"}>{state === "upcoming" ? "Upcoming" : "Closed"}</Badge>;
}

function deadline({ state, available_at, due_at, closes_at }: Assignment): string {
  if (state === "upcoming") return available_at ? `Opens ${formatDue(available_at)}` : "Not open yet";
  if (state === "closed") return closes_at ? `Closed ${formatDue(closes_at)}` : "Closed";
  return due_at ? `Due ${formatDue(due_at)} (${formatRelative(due_at)})` : "No due date";
}

export function RowList({ children }: { children: ReactNode }) {
  return <ul className="divide-y overflow-hidden rounded-2xl border bg-card">{children}</ul>;
}

const row = "flex items-center gap-3 px-4 py-3 hover:bg-accent focus-visible:-outline-offset-2";

export function SessionRow({ session }: { session: SessionSummary }) {
  return (
    <li>
      <Link to="/sessions/$id" params={{ id: session.id }} className={row}>
        <MessagesSquare aria-hidden className="size-5 shrink-0 text-muted-foreground" />
        <RowText title={session.tool.name} about={`${plural(session.message_count, "message")} · ${formatRelative(session.last_message_at ?? session.started_at)}`} />
        <SessionStateBadge state={session.state} />
        <ChevronRight aria-hidden className="size-4 text-muted-foreground" />
      </Link>
    </li>
  );
}

export function RunRow({ run }: { run: Run }) {
  return (
    <li>
      <Link to="/runs/$id" params={{ id: run.id }} className={row}>
        <FileText aria-hidden className="size-5 shrink-0 text-muted-foreground" />
        <RowText title={run.tool.name} about={formatRelative(run.created_at)} />
        <RunStateBadge state={run.state} />
        <ChevronRight aria-hidden className="size-4 text-muted-foreground" />
      </Link>
    </li>
  );
}

export function RunStateBadge({ state }: { state: Run["state"] }) {
  if (state === "complete") return <Badge tone="good">Done</Badge>;
  if (state === "failed") return <Badge tone="danger">Failed</Badge>;
  return <Badge tone="info">In progress</Badge>;
}

/** A student's conversation as the teacher sees it in a list. */
export function TeachingRow({ session }: { session: SessionSummary }) {
  return (
    <li>
      <Link to="/teaching/sessions/$id" params={{ id: session.id }} className={row}>
        <RowText title={session.user.name} about={`${session.tool.name} · ${plural(session.message_count, "message")} · ${formatRelative(session.last_message_at ?? session.started_at)}`} />
        {session.extraction_count > 0 && <Badge tone="warning">{plural(session.extraction_count, "note")}</Badge>}
        <span className="max-sm:hidden">
          <SessionStateBadge state={session.state} />
        </span>
        <ChevronRight aria-hidden className="size-4 shrink-0 text-muted-foreground" />
      </Link>
    </li>
  );
}

function RowText({ title, about }: { title: string; about: string }) {
  return (
    <span className="min-w-0 flex-1">
      <span className="block truncate font-semibold">{title}</span>
      <span className="block truncate text-sm text-muted-foreground">{about}</span>
    </span>
  );
}
