// SPDX-License-Identifier: AGPL-3.0-or-later
// One conversation as its page sees it.
import { useQueryClient } from "@tanstack/react-query";
import { useEffect, useSyncExternalStore } from "react";
import { sessionQuery } from "@/api/queries";
import type { SessionDetail } from "@/api/types";
import { readDraft, readPending, writeDraft, writePending } from "@/lib/drafts";
import { onOtherTab } from "./tabs";
import { type State, dismiss, follow, holds, makeAnew, sendMessage, stateOf, stop, subscribe } from "./turns";

export interface Conversation extends State {
  /** Sends a message, also in the place of an earlier own one; does nothing while an answer is on its way. */
  send: (text: string, replaces?: number | null) => void;
  /** Asks for another answer in the place of that one. */
  regenerate: (answerSeq: number) => void;
  stop: () => void;
  /** Drops the refusal, whose words the caller has taken over. */
  dismiss: () => void;
}

export function useConversation(session: SessionDetail, draft: string): Conversation {
  const queries = useQueryClient();
  const sessionId = session.id;
  const state = useSyncExternalStore(subscribe, () => stateOf(sessionId));
  const place = { queries, sessionId, draft };
  const running = session.turn?.id;

  useEffect(() => {
    if (running !== undefined) void follow({ queries, sessionId, draft }, session);
    // Followed once: whatever comes of it, the same turn is not followed again.
  }, [running]);
  useEffect(() => onOtherTab(sessionId, () => void queries.invalidateQueries({ queryKey: sessionQuery(sessionId).queryKey })), [queries, sessionId]);

  return {
    ...state,
    send: (text, replaces = null) => void sendMessage(place, text, replaces),
    regenerate: (answerSeq) => void makeAnew(place, answerSeq),
    stop: () => void stop(place),
    dismiss: () => dismiss(sessionId),
  };
}

/** Puts the words of a message that was sent before a reload, and never answered, back into the draft. */
export function takeBackUnanswered(session: SessionDetail, draft: string): void {
  const pending = readPending(draft);
  const { exchange, refusal } = stateOf(session.id);
  if (pending === null || pending.givenBack || exchange || refusal || session.turn?.request_id === pending.requestId) return;
  if (holds(session, pending.requestId)) return writePending(draft, null);
  const unsent = readDraft(draft);
  writeDraft(draft, unsent.trim() === "" ? pending.content : `${pending.content}\n${unsent}`);
  writePending(draft, { ...pending, givenBack: true });
}
