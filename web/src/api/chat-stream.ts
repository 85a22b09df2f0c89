// SPDX-License-Identifier: AGPL-3.0-or-later
// One message to the AI, answered as a stream.
import { send } from "./client";
import { ApiError, brokenStreamError, failureBody } from "./errors";
import { EventParser, type ServerEvent } from "./sse";
import type { CutOff, Message, Usage } from "./types";

export interface StreamListener {
  onStatus(state: "thinking" | "checking"): void;
  onDelta(content: string): void;
  /** A module ended the answer: what has come so far is all of it. */
  onCutOff(cutOff: CutOff): void;
}

/** Longer than three of the server's 15-second heartbeats: a quieter connection is dead. */
const silenceLimitMs = 50_000;

/**
 * Sends a message and reports the answer as it grows. Resolves with the stored answer; throws ApiError when the
 * message was refused, when a module blocked it (`isBlock`), or when the connection broke.
 */
export async function streamMessage(sessionId: string, content: string, listener: StreamListener): Promise<{ message: Message; usage: Usage }> {
  const abort = new AbortController();
  const path = `/sessions/${encodeURIComponent(sessionId)}/messages`;
  const response = await send("POST", path, "text/event-stream", { body: { content }, signal: abort.signal });
  if (response.body === null) throw brokenStreamError();
  const reader = response.body.getReader();
  const parser = new EventParser();
  try {
    for (;;) {
      const chunk = await readBeforeSilence(reader);
      if (chunk === null) throw brokenStreamError();
      for (const event of parser.push(chunk)) {
        const done = handle(event, listener);
        if (done) return done;
      }
    }
  } catch (error) {
    abort.abort();
    throw error;
  }
}

async function readBeforeSilence(reader: ReadableStreamDefaultReader<Uint8Array>): Promise<Uint8Array | null> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const silence = new Promise<null>((resolve) => {
    timer = setTimeout(() => resolve(null), silenceLimitMs);
  });
  try {
    const chunk = await Promise.race([reader.read().catch(() => null), silence]);
    return chunk === null || chunk.done ? null : chunk.value;
  } finally {
    clearTimeout(timer);
  }
}

function handle({ event, data }: ServerEvent, listener: StreamListener): { message: Message; usage: Usage } | null {
  const body = parse(data);
  switch (event) {
    case "status":
      listener.onStatus(body["state"] === "checking" ? "checking" : "thinking");
      return null;
    case "delta":
      listener.onDelta(String(body["content"] ?? ""));
      return null;
    case "cut_off":
      listener.onCutOff({ module: String(body["module"] ?? ""), reason: String(body["reason"] ?? "") });
      return null;
    case "done":
      return body as unknown as { message: Message; usage: Usage };
    case "blocked":
      throw new ApiError(422, failureBody(422, body));
    case "error":
      throw new ApiError(500, failureBody(500, body));
    default:
      return null; // a later server may send kinds of events that these pages do not know
  }
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
