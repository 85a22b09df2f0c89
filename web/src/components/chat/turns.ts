// SPDX-License-Identifier: AGPL-3.0-or-later
// Turns under way, by session. They live outside the pages: leaving a conversation stops neither the answer nor its
// display when the reader comes back.
import type { QueryClient } from "@tanstack/react-query";
import { type Answer, type TurnListener, type TurnRequest, runTurn, stopTurn } from "@/api/chat-stream";
import { ApiError } from "@/api/errors";
import { sessionQuery } from "@/api/queries";
import { backOff } from "@/api/stream-way";
import type { CutOff, Message, SessionDetail } from "@/api/types";
import { type Pending, readPending, writePending } from "@/lib/drafts";
import { randomUuid } from "@/lib/uuid";
import { tellOtherTabs } from "./tabs";

export type Phase = "sending" | "thinking" | "writing" | "checking";

/** The turn under way, and what has come back so far. */
export interface Exchange {
  /** null while it is not known, and when it stands above: an answer that is made anew. */
  question: string | null;
  /** Stored messages from this number on are hidden: they give way to it, or are already what comes of it. */
  from: number;
  phase: Phase;
  answer: string;
  cutOff: CutOff | null;
  notices: string[];
  /** The connection has broken, and the page is trying to get it back. */
  lost: boolean;
  stopping: boolean;
}

/** How the last turn ended, when it did not end well. The words of a message are kept. */
export interface Refusal {
  kind: "blocked" | "failed" | "stopped";
  /** null for an answer that was to be made anew. */
  text: string | null;
  replaces: number | null;
  error: unknown;
}

export interface State {
  exchange: Exchange | null;
  refusal: Refusal | null;
}

const idle: State = { exchange: null, refusal: null };
const states = new Map<string, State>();
const listeners = new Set<() => void>();

export const stateOf = (sessionId: string): State => states.get(sessionId) ?? idle;

export function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

function put(sessionId: string, state: State): void {
  states.set(sessionId, state);
  for (const listener of listeners) listener();
}

export function dismiss(sessionId: string): void {
  put(sessionId, { ...stateOf(sessionId), refusal: null });
}

/** Where turns of one conversation are run: its data, and the place of its unsent words. */
export interface Place {
  queries: QueryClient;
  sessionId: string;
  draft: string;
}

/** Sends a message. The same words that were sent before and not answered are the same turn. */
export async function sendMessage(place: Place, content: string, replaces: number | null): Promise<void> {
  const before = readPending(place.draft);
  const same = before !== null && before.content === content && before.replaces === replaces;
  const pending: Pending = { requestId: same ? before.requestId : randomUuid(), content, replaces };
  await run({ place, request: { kind: "message", ...pending }, own: pending, replaces });
}

export async function makeAnew(place: Place, answerSeq: number): Promise<void> {
  await run({ place, request: { kind: "regenerate", requestId: randomUuid() }, own: null, replaces: answerSeq });
}

/** Shows the turn that is running, begun in another tab or before a reload. */
export async function follow(place: Place, session: SessionDetail): Promise<void> {
  const pending = readPending(place.draft);
  const own = pending !== null && session.turn?.request_id === pending.requestId ? pending : null;
  await run({ place, request: { kind: "follow" }, own, replaces: own?.replaces ?? null });
}

/** Ends the answer where it is; the stream then tells its end. */
export async function stop({ sessionId }: Place): Promise<void> {
  change(sessionId, { stopping: true });
  try {
    await stopTurn(sessionId);
  } catch {
    change(sessionId, { stopping: false }); // the answer goes on, and so does the button
  }
}

function change(sessionId: string, part: Partial<Exchange>): void {
  const { exchange, refusal } = stateOf(sessionId);
  if (exchange) put(sessionId, { exchange: { ...exchange, ...part }, refusal });
}

interface Running {
  place: Place;
  request: TurnRequest;
  /** The message that this page has sent, or sent before it was loaded anew. */
  own: Pending | null;
  /** The number of the message that the turn takes the place of. */
  replaces: number | null;
}

async function run(turn: Running): Promise<void> {
  const { place, request, own, replaces } = turn;
  const { sessionId, queries, draft } = place;
  if (stateOf(sessionId).exchange) return;
  if (own) writePending(draft, own);
  const question = own?.content ?? null;
  const stored = queries.getQueryData(sessionQuery(sessionId).queryKey)?.messages ?? [];
  const from = replaces ?? (stored.at(-1)?.seq ?? 0) + 1;
  const exchange: Exchange = { question, from, phase: "sending", answer: "", cutOff: null, notices: [], lost: false, stopping: false };
  // A turn that is only followed says nothing about the words that were refused before it.
  put(sessionId, { exchange, refusal: request.kind === "follow" ? stateOf(sessionId).refusal : null });
  try {
    await settle(place, own, await runTurn(sessionId, request, listenerFor(place, request)));
  } catch (error) {
    await refuse(turn, error);
  }
  tellOtherTabs(sessionId);
  void queries.invalidateQueries({ queryKey: ["sessions", "mine"] });
}

function listenerFor({ sessionId, queries }: Place, request: TurnRequest): TurnListener {
  const stored = (seq: number | null) => queries.getQueryData(sessionQuery(sessionId).queryKey)?.messages.some((message) => message.seq === seq) ?? false;
  const update = (part: Partial<Exchange>) => change(sessionId, part);
  const exchange = () => stateOf(sessionId).exchange;
  return {
    onStart: ({ question, seq, replaces }) => {
      if (request.kind !== "follow") return tellOtherTabs(sessionId);
      // A question that stands above is answered anew. Own words stay as they were typed until the stored ones come.
      const above = stored(seq);
      const from = replaces ?? (above && seq !== null ? seq + 1 : exchange()?.from);
      update({ question: exchange()?.question ?? (above ? null : question), ...(from === undefined ? {} : { from }) });
    },
    onStatus: (phase) => update({ phase }),
    onDelta: (content) => update({ phase: "writing", answer: (exchange()?.answer ?? "") + content }),
    onCutOff: (cutOff) => update({ phase: "writing", cutOff }),
    onNotice: (notice) => update({ notices: [...(exchange()?.notices ?? []), notice] }),
    onReset: () => update({ question: null, from: Infinity, phase: "thinking", answer: "", cutOff: null, notices: [] }),
    onConnection: (state) => update({ lost: state === "lost" }),
  };
}

/** The stored conversation takes the place of what was shown: modules may have changed either side. */
async function settle(place: Place, own: Pending | null, answer: Answer | null): Promise<void> {
  const { sessionId, queries, draft } = place;
  const session = answer ? await read(place).catch(() => null) : await readWhenOver(place);
  if (answer && !session) appendShown(queries, sessionId, answer.message);
  if (!answer && own && session && !holds(session, own.requestId)) throw unanswered();
  if (own) writePending(draft, null);
  put(sessionId, { exchange: null, refusal: stateOf(sessionId).refusal });
}

const unanswered = () => new ApiError(0, { error: "The connection broke before your message was answered.", code: "STREAM_BROKEN" });

const read = ({ queries, sessionId }: Place) => queries.fetchQuery({ ...sessionQuery(sessionId), staleTime: 0 });

/** Reads the conversation until no turn is running in it: a host that died leaves one for some seconds. */
async function readWhenOver(place: Place): Promise<SessionDetail> {
  for (let tries = 0; ; ++tries) {
    const session = await read(place);
    if (!session.turn) return session;
    await backOff(Math.min(tries + 1, 3));
  }
}

/** Whether the message that was sent under this name is stored, with whatever was answered. */
export const holds = (session: SessionDetail, requestId: string) => session.messages.some((message) => message.request_id === requestId);

async function refuse({ place, request, own, replaces }: Running, error: unknown): Promise<void> {
  const { sessionId, draft } = place;
  // Without a login the words wait behind it.
  if (error instanceof ApiError && error.isExpiredLogin) return put(sessionId, idle);
  const stopping = stateOf(sessionId).exchange?.stopping ?? false;
  const session = await read(place).catch(() => null);
  if (own && session && holds(session, own.requestId)) {
    writePending(draft, null); // only the way back broke: the message and its answer are stored
    return put(sessionId, idle);
  }
  if (!own && request.kind === "follow") return put(sessionId, { ...stateOf(sessionId), exchange: null });
  put(sessionId, { exchange: null, refusal: { kind: kindOf(error, stopping), text: own?.content ?? null, replaces, error } });
}

function kindOf(error: unknown, stopping: boolean): Refusal["kind"] {
  if (!(error instanceof ApiError)) return "failed";
  if (stopping && error.code === "CONFLICT") return "stopped"; // before there was a word of the answer
  return error.isBlock ? "blocked" : "failed";
}

/** When the stored conversation cannot be read just now, what the page already knows is shown. */
function appendShown(queries: QueryClient, sessionId: string, answer: Message): void {
  const { question = null, from = Infinity } = stateOf(sessionId).exchange ?? {};
  const sent: Message[] = question === null ? [] : [{ ...answer, id: `${answer.id}-sent`, role: "user", content: question, seq: answer.seq - 1, meta: null }];
  queries.setQueryData<SessionDetail>(sessionQuery(sessionId).queryKey, (now) => now && { ...now, messages: [...now.messages.filter(({ seq }) => seq < from), ...sent, answer] });
}
