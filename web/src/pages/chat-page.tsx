// SPDX-License-Identifier: AGPL-3.0-or-later
import { useQuery } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import { useEffect, useRef, useState } from "react";
import { sessionQuery } from "@/api/queries";
import type { Me, Message, SessionDetail } from "@/api/types";
import { ChatHeader, NotActive } from "@/components/chat/chat-header";
import { Composer, type ComposerHandle } from "@/components/chat/composer";
import { takeBackUnanswered, useConversation } from "@/components/chat/conversation";
import { Announcer, ExchangeView } from "@/components/chat/exchange-view";
import { MessageList } from "@/components/chat/message-list";
import { MessageLog } from "@/components/chat/message-log";
import { RefusalView } from "@/components/chat/refusal-view";
import { TurnBar } from "@/components/chat/turn-bar";
import { PageBody, useTitle } from "@/components/page";
import { QueryView } from "@/components/query-view";
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
  const [draft] = useState(() => {
    const key = draftKey(me.user.id, "chat", session.id);
    takeBackUnanswered(session, key);
    return key;
  });
  const { exchange, refusal, send, regenerate, stop, dismiss } = useConversation(session, draft);
  const composer = useRef<ComposerHandle>(null);
  const [sends, setSends] = useState(0);
  const { messages, tool } = session;
  const answering = useWasAnswering(exchange !== null);

  function begin(turn: () => void): void {
    setSends(sends + 1);
    turn();
  }

  function retry(): void {
    const { text, replaces } = refusal!;
    if (text !== null) begin(() => send(text, replaces));
    else if (replaces !== null) begin(() => regenerate(replaces));
  }

  function takeBack(): void {
    composer.current?.restore(refusal?.text ?? "");
    dismiss();
  }

  return (
    <div className="flex min-h-0 flex-1 flex-col">
      <ChatHeader session={session} />
      <MessageLog sends={sends}>
        {messages.length === 0 && !exchange && !refusal && <Greeting toolName={tool.name} />}
        <MessageList
          session={session}
          hiddenFrom={exchange?.from ?? Infinity}
          open={session.state === "active" && exchange === null}
          onEdit={(message, text) => {
            begin(() => send(text, message.seq));
            composer.current?.focus();
          }}
          onRegenerate={(answer) => {
            begin(() => regenerate(answer.seq));
            composer.current?.focus();
          }}
        />
        {exchange && <ExchangeView exchange={exchange} author={tool.name} />}
        {refusal && !exchange && <RefusalView refusal={refusal} onRetry={retry} onEdit={takeBack} />}
      </MessageLog>
      <Announcer exchange={exchange} lastAnswer={answering && !refusal ? spoken(messages.at(-1)) : ""} />
      <div className="border-t bg-card/60">
        <div className="mx-auto max-w-3xl px-4 py-3">
          {session.state === "active" ? (
            <>
              <TurnBar
                exchange={exchange}
                endsAt={session.ends_at ?? null}
                onStop={(byKey) => {
                  stop();
                  if (byKey) composer.current?.focus();
                }}
              />
              <Composer ref={composer} draft={draft} busy={exchange !== null} onSend={(text) => begin(() => send(text))} />
            </>
          ) : (
            <NotActive session={session} />
          )}
        </div>
      </div>
    </div>
  );
}

/** True from the first answer on that came while the page was open: earlier ones are not read out. */
function useWasAnswering(now: boolean): boolean {
  const [was, setWas] = useState(now);
  useEffect(() => {
    if (now) setWas(true);
  }, [now]);
  return was;
}

/** What a screen reader says of an answer. */
function spoken(message: Message | undefined): string {
  if (message?.role !== "assistant") return "";
  const { content, meta } = message;
  if (meta?.cut_off) return `${content} This answer was stopped here. ${meta.cut_off.reason}`;
  return meta?.stopped ? `${content} You stopped this answer.` : content;
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
