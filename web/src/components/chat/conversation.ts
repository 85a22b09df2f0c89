// SPDX-License-Identifier: AGPL-3.0-or-later
// Messages under way, by session. They live outside the pages: leaving a conversation stops neither the answer nor its
// display when the reader comes back.
import { type QueryClient, useQueryClient } from "@tanstack/react-query";
import { useSyncExternalStore } from "react";
import { streamMessage } from "@/api/chat-stream";
import { ApiError } from "@/api/errors";
import { sessionQuery } from "@/api/queries";
import type { CutOff, Message, SessionDetail } from "@/api/types";
import { writeDraft } from "@/lib/drafts";

export type Phase = "sending" | "thinking" | "writing" | "checking";

/** The message under way, and what has come back so far. */
export interface Exchange {
  text: string;
  phase: Phase;
  answer: string;
  cutOff: CutOff | null;
}

/** How the last message ended, when it did not end well. Its text is kept. */
export interface Refusal {
  kind: "blocked" | "failed";
  text: string;
  error: unknown;
}

interface State {
  exchange: Exchange | null;
  refusal: Refusal | null;
}

const idle: State = { exchange: null, refusal: null };
const states = new Map<string, State>();
const listeners = new Set<() => void>();

export interface Conversation extends State {
  /** Sends a message; does nothing while another one is under way. */
  send: (text: string) => void;
  /** Drops the refusal, whose text the caller has taken over. */
  dismiss: () => void;
}

export function useConversation(sessionId: string, draft: string): Conversation {
  const queries = useQueryClient();
  const state = useSyncExternalStore(subscribe, () => states.get(sessionId) ?? idle);
  return {
    ...state,
    send: (text) => {
      if (!states.get(sessionId)?.exchange) void exchangeMessage(queries, sessionId, draft, text);
    },
    dismiss: () => put(sessionId, { ...state, refusal: null }),
  };
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

function put(sessionId: string, state: State): void {
  states.set(sessionId, state);
  for (const listener of listeners) listener();
}

/** The text stays in the draft's storage until the server has taken it: a reload or a lost login does not lose it. */
async function exchangeMessage(queries: QueryClient, sessionId: string, draft: string, text: string): Promise<void> {
  const query = { ...sessionQuery(sessionId), staleTime: 0 };
  const countBefore = queries.getQueryData(query.queryKey)?.messages.length ?? 0;
  let exchange: Exchange = { text, phase: "sending", answer: "", cutOff: null };
  const update = (change: Partial<Exchange>) => put(sessionId, { exchange: (exchange = { ...exchange, ...change }), refusal: null });
  update({});
  writeDraft(draft, text);
  try {
    const { message } = await streamMessage(sessionId, text, {
      onStatus: (phase) => update({ phase }),
      onCutOff: (cutOff) => update({ phase: "writing", cutOff }),
      onDelta: (content) => update({ phase: "writing", answer: exchange.answer + content }),
    });
    writeDraft(draft, "");
    // A module may have changed what was sent: the stored conversation replaces what the page has shown.
    await queries.fetchQuery(query).catch(() => appendShown(queries, sessionId, text, message));
    put(sessionId, idle);
  } catch (error) {
    await refuse(queries, sessionId, draft, text, countBefore, error);
  }
  void queries.invalidateQueries({ queryKey: ["sessions", "mine"] });
}

async function refuse(queries: QueryClient, sessionId: string, draft: string, text: string, countBefore: number, error: unknown): Promise<void> {
  if (error instanceof ApiError && error.isExpiredLogin) return put(sessionId, idle); // the draft waits behind the login
  const stored = await queries.fetchQuery({ ...sessionQuery(sessionId), staleTime: 0 }).catch(() => null);
  const lostConnection = error instanceof ApiError && error.status === 0;
  if (lostConnection && stored?.messages.at(-1)?.role === "assistant" && stored.messages.length > countBefore) {
    writeDraft(draft, ""); // only the way back broke: the message and its answer are stored
    return put(sessionId, idle);
  }
  const kind = error instanceof ApiError && error.isBlock ? "blocked" : "failed";
  put(sessionId, { exchange: null, refusal: { kind, text, error } });
}

/** When the stored conversation cannot be read just now, what the page already knows is shown. */
function appendShown(queries: QueryClient, sessionId: string, text: string, answer: Message): void {
  const sent: Message = { ...answer, id: `${answer.id}-sent`, role: "user", content: text, seq: answer.seq - 1, meta: null };
  queries.setQueryData<SessionDetail>(sessionQuery(sessionId).queryKey, (now) => now && { ...now, messages: [...now.messages, sent, answer] });
}
