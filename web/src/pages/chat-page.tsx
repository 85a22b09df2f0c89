// SPDX-License-Identifier: AGPL-3.0-or-later
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Link, getRouteApi } from "@tanstack/react-router";
import { ArrowLeft, CircleCheckBig, Pause, Play } from "lucide-react";
import { useRef, useState } from "react";
import { patch } from "@/api/client";
import { sessionQuery } from "@/api/queries";
import type { Me, Message, Session, SessionDetail, SessionState } from "@/api/types";
import { Composer, type ComposerHandle } from "@/components/chat/composer";
import { useConversation } from "@/components/chat/conversation";
import { Announcer, ExchangeView, RefusalView } from "@/components/chat/exchange-view";
import { MessageBubble } from "@/components/chat/message-bubble";
import { MessageLog } from "@/components/chat/message-log";
import { ErrorPanel } from "@/components/error-panel";
import { PageBody, useTitle } from "@/components/page";
import { QueryView } from "@/components/query-view";
import { SessionStateBadge } from "@/components/session-state";
import { Button } from "@/components/ui/button";
import { ConfirmDialog } from "@/components/ui/confirm-dialog";
import { Notice } from "@/components/ui/notice";
import { draftKey } from "@/lib/drafts";

const route = getRouteApi("/authed/sessions/$id");

export function ChatPage() {
  const { id } = route.useParams();
  const { me } = route.useRouteContext();
  const query = useQuery(sessionQuery(id));
  useTitle(query.data?.tool.name ?? "Conversation");
  if (query.data) return <Chat key={id} me={me} session={query.data} />;
  return (
    <PageBody className="max-w-3xl">
      <QueryView query={query}>{() => null}</QueryView>
    </PageBody>
  );
}

function Chat({ me, session }: { me: Me; session: SessionDetail }) {
  const draft = draftKey(me.user.id, "chat", session.id);
  const { exchange, refusal, send, dismiss } = useConversation(session.id, draft);
  const composer = useRef<ComposerHandle>(null);
  const [sends, setSends] = useState(0);
  const { messages, tool } = session;
  const last = messages.at(-1);

  function sendNow(text: string): void {
    setSends(sends + 1);
    send(text);
  }

  function edit(): void {
    composer.current?.restore(refusal?.text ?? "");
    dismiss();
  }

  return (
    <div className="flex min-h-0 flex-1 flex-col">
      <ChatHeader session={session} />
      <MessageLog sends={sends}>
        {messages.length === 0 && !exchange && !refusal && <Greeting toolName={tool.name} />}
        {messages.map((message) => (
          <MessageBubble key={message.id} message={message} author={message.role === "user" ? "You" : tool.name} />
        ))}
        {exchange && <ExchangeView exchange={exchange} author={tool.name} />}
        {refusal && <RefusalView refusal={refusal} onRetry={() => sendNow(refusal.text)} onEdit={edit} />}
      </MessageLog>
      <Announcer exchange={exchange} lastAnswer={sends > 0 && last?.role === "assistant" ? spoken(last) : ""} />
      <div className="border-t bg-card/60">
        <div className="mx-auto max-w-3xl px-4 py-3">
          {session.state === "active" ? (
            <Composer ref={composer} draft={draft} busy={exchange !== null} startEmpty={exchange !== null || refusal !== null} onSend={sendNow} />
          ) : (
            <NotActive session={session} />
          )}
        </div>
      </div>
    </div>
  );
}

/** What a screen reader says of an answer. */
function spoken({ content, meta }: Message): string {
  return meta?.cut_off ? `${content} This answer was stopped here. ${meta.cut_off.reason}` : content;
}

function Greeting({ toolName }: { toolName: string }) {
  return (
    <div className="py-10 text-center">
      <p className="text-lg font-bold">You are talking with {toolName}.</p>
      <p className="mt-1 text-sm text-muted-foreground">
        Write what you are working on, and what you have tried. Your teacher can read this conversation.
      </p>
    </div>
  );
}

/** Changes the session's state; final and passing changes alike. */
function useStateChange(session: Session) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (state: SessionState) => patch<Session>(`/sessions/${encodeURIComponent(session.id)}`, { state }),
    onSettled: () => queries.invalidateQueries({ queryKey: ["sessions"] }),
  });
}

function ChatHeader({ session }: { session: SessionDetail }) {
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

function NotActive({ session }: { session: SessionDetail }) {
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
