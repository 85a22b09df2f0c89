// SPDX-License-Identifier: AGPL-3.0-or-later
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { ArrowLeft, CircleCheckBig, Pause, Play } from "lucide-react";
import { useState } from "react";
import { patch } from "@/api/client";
import type { Session, SessionDetail, SessionState } from "@/api/types";
import { ErrorPanel } from "@/components/error-panel";
import { SessionStateBadge } from "@/components/session-state";
import { Button } from "@/components/ui/button";
import { ConfirmDialog } from "@/components/ui/confirm-dialog";
import { Notice } from "@/components/ui/notice";

/** Changes the session's state; final and passing changes alike. */
function useStateChange(session: Session) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (state: SessionState) => patch<Session>(`/sessions/${encodeURIComponent(session.id)}`, { state }),
    onSettled: () => queries.invalidateQueries({ queryKey: ["sessions"] }),
  });
}

export function ChatHeader({ session }: { session: SessionDetail }) {
  const change = useStateChange(session);
  const [asking, setAsking] = useState(false);
  return (
    <div className="border-b bg-card/60">
      <div className="mx-auto flex max-w-3xl flex-wrap items-center gap-x-3 gap-y-1 px-4 py-2.5">
        <Button asChild variant="ghost" size="icon" className="-ml-2">
          <Link to="/" aria-label="Back to the home page">
            <ArrowLeft aria-hidden />
          </Link>
        </Button>
        <h1 className="min-w-0 flex-1 truncate font-bold">{session.tool.name}</h1>
        {session.state !== "active" && <SessionStateBadge state={session.state} />}
        {session.state === "active" && (
          <Button variant="ghost" size="sm" disabled={change.isPending} onClick={() => change.mutate("paused")}>
            <Pause aria-hidden /> <span className="max-sm:sr-only">Pause</span>
          </Button>
        )}
        {session.state !== "completed" && (
          <Button variant="ghost" size="sm" disabled={change.isPending} onClick={() => setAsking(true)}>
            <CircleCheckBig aria-hidden /> <span className="max-sm:sr-only">Finish</span>
          </Button>
        )}
      </div>
      {change.isError && (
        <div className="mx-auto max-w-3xl px-4 pb-3">
          <ErrorPanel error={change.error} announce />
        </div>
      )}
      <ConfirmDialog
        open={asking}
        title="Finish this conversation?"
        description="It stays readable, but nothing more can be added to it. To stop for today and go on later, pause it instead."
        confirmLabel="Finish it"
        onClose={() => setAsking(false)}
        onConfirm={() => {
          setAsking(false);
          change.mutate("completed");
        }}
      />
    </div>
  );
}

/** What stands in the box's place when nothing can be written. */
export function NotActive({ session }: { session: SessionDetail }) {
  const change = useStateChange(session);
  if (session.state === "paused") {
    return (
      <Notice
        tone="info"
        title="This conversation is paused"
        actions={
          <Button size="sm" disabled={change.isPending} onClick={() => change.mutate("active")}>
            <Play aria-hidden /> Go on
          </Button>
        }
      >
        {change.isError && <ErrorPanel error={change.error} announce />}
      </Notice>
    );
  }
  return (
    <Notice
      tone="info"
      title="This conversation is finished"
      actions={
        <Button asChild size="sm" variant="outline">
          <Link to="/tools/$id" params={{ id: session.tool.id }}>
            Start a new one
          </Link>
        </Button>
      }
    />
  );
}
