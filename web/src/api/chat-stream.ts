// SPDX-License-Identifier: AGPL-3.0-or-later
// One turn of a conversation: a question and its answer as it is written. The server makes the answer whether anybody
// reads it or not and numbers what it tells, so a reader whose connection breaks goes on where it stopped.
import { send } from "./client";
import { ApiError, brokenStreamError, failureBody, networkError } from "./errors";
import { EventParser, type ServerEvent } from "./sse";
import { backOff, isLost, readBeforeSilence } from "./stream-way";
import type { CutOff, Message, Usage } from "./types";

export type TurnRequest =
  /** `requestId` names the turn: sent again, it is the same one. `replaces` is the number of an own message. */
  | { kind: "message"; content: string; requestId: string; replaces: number | null }
  | { kind: "regenerate"; requestId: string }
  /** Whatever turn is running, begun by another page or before a reload. */
  | { kind: "follow" };

export interface TurnStart {
  turnId: string;
  requestId: string | null;
  /** The number and the words of the question, as modules left them; null while they are not known. */
  seq: number | null;
  question: string | null;
  /** The number of the first message that this turn takes the place of. */
  replaces: number | null;
}

export interface TurnListener {
  onStart(start: TurnStart): void;
  onStatus(state: "thinking" | "checking"): void;
  onDelta(content: string): void;
  /** A module ended the answer: what has come so far is all of it. */
  onCutOff(cutOff: CutOff): void;
  /** A limit is near. */
  onNotice(message: string): void;
  /** Another turn has begun: what was shown belongs to one that is over. */
  onReset(): void;
  onConnection(state: "open" | "lost"): void;
}

export interface Answer {
  message: Message;
  usage: Usage;
}

/** Without a word from the server for so long, the reader gives up. */
const patienceMs = 5 * 60_000;
/** A message that has never got through is given back to its author soon. */
const firstTries = 3;
/** A stream that skips events so often is read no more. */
const mostGaps = 3;
const mostAsksAgain = 3;

/**
 * Asks, or follows what is running, and reports the answer as it grows, over as many connections as it takes. Resolves
 * with the stored answer, or with null when nothing is running any more: then the session tells how it ended. Throws
 * ApiError when the message was refused, when a module blocked it (`isBlock`), or when the server stayed away.
 */
export function runTurn(sessionId: string, request: TurnRequest, listener: TurnListener): Promise<Answer | null> {
  return new TurnReader(sessionId, request, listener).run();
}

export async function stopTurn(sessionId: string): Promise<void> {
  await send("POST", `/sessions/${encodeURIComponent(sessionId)}/stop`, "application/json", { body: {} });
}

/** What one connection came to: the end, or null when it broke. */
type Outcome = { answer: Answer | null } | null;

class TurnReader {
  readonly #path: string;
  readonly #request: TurnRequest;
  readonly #listener: TurnListener;
  /** Whether the next connection puts the question, rather than going on with an answer. */
  #asks: boolean;
  #adopts = false;
  #connected = false;
  #turn: string | null = null;
  #seen = 0;
  #gaps = 0;
  #asksAgain = 0;
  #tries = 0;
  #heardAt = Date.now();

  constructor(sessionId: string, request: TurnRequest, listener: TurnListener) {
    this.#path = `/sessions/${encodeURIComponent(sessionId)}`;
    this.#request = request;
    this.#listener = listener;
    this.#asks = request.kind !== "follow";
  }

  async run(): Promise<Answer | null> {
    for (;;) {
      const outcome = await this.#connect();
      if (outcome) return outcome.answer;
      const givesUp = this.#connected || !this.#asks ? Date.now() - this.#heardAt > patienceMs : this.#tries + 1 >= firstTries;
      if (givesUp) throw this.#connected ? brokenStreamError() : networkError();
      this.#listener.onConnection("lost");
      await backOff(this.#tries++);
    }
  }

  async #connect(): Promise<Outcome> {
    const abort = new AbortController();
    try {
      const response = await this.#open(abort.signal);
      if (response === null) return { answer: null };
      if (response.status === 204) return this.#nothingRuns();
      // Whatever turn a question is answered with is its own, and no other one is.
      this.#adopts = this.#asks || this.#request.kind === "follow";
      this.#connected = true;
      this.#asks = false;
      this.#listener.onConnection("open");
      return await this.#read(response);
    } catch (error) {
      if (isLost(error)) return null;
      throw error;
    } finally {
      abort.abort();
    }
  }

  /** null when this host cannot tell the answer, such as another one than the turn's without Redis. */
  async #open(signal: AbortSignal): Promise<Response | null> {
    if (this.#asks) return this.#ask(signal);
    try {
      return await this.#resume(signal);
    } catch (error) {
      if (error instanceof ApiError && error.status >= 500) return null;
      throw error;
    }
  }

  #ask(signal: AbortSignal): Promise<Response> {
    const request = this.#request;
    if (request.kind === "regenerate") return send("POST", `${this.#path}/regenerate`, "text/event-stream", { body: { request_id: request.requestId }, signal });
    if (request.kind !== "message") throw new Error("a follower asks nothing");
    const { content, requestId, replaces } = request;
    const body = { content, request_id: requestId, ...(replaces === null ? {} : { replaces }) };
    return send("POST", `${this.#path}/messages`, "text/event-stream", { body, signal });
  }

  #resume(signal: AbortSignal): Promise<Response> {
    // After a gap the answer is told from its beginning, and what has been seen is skipped.
    const lastEventId = this.#turn !== null && this.#gaps < 2 ? `${this.#turn}:${this.#seen}` : null;
    return send("GET", `${this.#path}/stream`, "text/event-stream", { lastEventId, signal });
  }

  /** The turn is over. The same message sent again is answered with what was stored, and asked again if nothing was. */
  #nothingRuns(): Outcome {
    if (this.#request.kind !== "message" || ++this.#asksAgain > mostAsksAgain) return { answer: null };
    this.#asks = true;
    this.#tries = 0;
    return null;
  }

  async #read(response: Response): Promise<Outcome> {
    if (response.headers.get("Content-Type")?.startsWith("application/json")) {
      return { answer: ((await response.json()) as { data: Answer }).data };
    }
    if (response.body === null) return null;
    const reader = response.body.getReader();
    const parser = new EventParser();
    for (;;) {
      const chunk = await readBeforeSilence(reader);
      if (chunk === null) return null;
      this.#heardAt = Date.now();
      for (const event of parser.push(chunk)) {
        const order = this.#place(event);
        if (order === "gap") return null;
        if (order === "over") return { answer: null };
        if (order === "seen") continue;
        this.#tries = 0;
        if (event.event === "error" && event.id === null && this.#turn !== null) return { answer: null }; // of this reading, not of the turn
        const answer = this.#handle(event);
        if (answer) return { answer };
      }
    }
  }

  /** Where an event stands among those that were told already. */
  #place({ id }: ServerEvent): "next" | "seen" | "gap" | "over" {
    const [, turn, digits] = /^(.+):(\d+)$/.exec(id ?? "") ?? [];
    if (turn === undefined) return "next"; // without a number it can only be taken as it comes
    const number = Number(digits);
    if (turn !== this.#turn) {
      if (this.#turn !== null && !this.#adopts) return "over";
      if (this.#turn !== null) this.#listener.onReset();
      this.#adopts = this.#request.kind === "follow";
      this.#turn = turn;
      this.#seen = 0;
    }
    if (number <= this.#seen) return "seen";
    if (number > this.#seen + 1) {
      if (++this.#gaps > mostGaps) throw brokenStreamError();
      return "gap";
    }
    this.#seen = number;
    return "next";
  }

  #handle({ event, data }: ServerEvent): Answer | null {
    const body = parse(data);
    switch (event) {
      case "start":
        this.#listener.onStart(startOf(body));
        return null;
      case "status":
        this.#listener.onStatus(body["state"] === "checking" ? "checking" : "thinking");
        return null;
      case "delta":
        this.#listener.onDelta(String(body["content"] ?? ""));
        return null;
      case "cut_off":
        this.#listener.onCutOff({ module: String(body["module"] ?? ""), reason: String(body["reason"] ?? "") });
        return null;
      case "notice":
        this.#listener.onNotice(String(body["message"] ?? ""));
        return null;
      case "done":
        return body as unknown as Answer;
      case "blocked":
        throw new ApiError(422, failureBody(422, body));
      case "error":
        throw new ApiError(500, failureBody(500, body));
      default:
        return null; // a later server may send kinds of events that these pages do not know
    }
  }
}

function startOf(body: Record<string, unknown>): TurnStart {
  const text = (name: string) => (typeof body[name] === "string" ? body[name] : null);
  const number = (name: string) => (typeof body[name] === "number" ? body[name] : null);
  return { turnId: text("turn_id") ?? "", requestId: text("request_id"), seq: number("seq"), question: text("question"), replaces: number("replaces") };
}

function parse(data: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(data);
    if (value !== null && typeof value === "object") return value as Record<string, unknown>;
  } catch {
    // falls through: the stream does not speak our protocol any more
  }
  throw brokenStreamError();
}
