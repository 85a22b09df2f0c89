// SPDX-License-Identifier: AGPL-3.0-or-later
import { describe, expect, it, vi } from "vitest";
import { streamMessage } from "./chat-stream";
import { ApiError } from "./errors";
import type { CutOff } from "./types";

function answerWith(...chunks: string[]): void {
  const body = new ReadableStream<Uint8Array>({
    start(controller) {
      for (const chunk of chunks) controller.enqueue(new TextEncoder().encode(chunk));
      controller.close();
    },
  });
  vi.stubGlobal("fetch", vi.fn(async () => new Response(body, { headers: { "Content-Type": "text/event-stream" } })));
}

function send() {
  const seen: string[] = [];
  const listener = { onStatus: (state: string) => seen.push(`<${state}>`), onDelta: (content: string) => seen.push(content), onCutOff: ({ module, reason }: CutOff) => seen.push(`[${module}: ${reason}]`) };
  return { seen, result: streamMessage("id", "hello", listener) };
}

const failure = (result: Promise<unknown>) => result.then(() => expect.unreachable(), (error: unknown) => error as ApiError);

describe("streamMessage", () => {
  it("reports the steps and resolves with the stored answer", async () => {
    answerWith('event: status\ndata: {"state":"thinking"}\n\nevent: delta\ndata: {"content":"He"}\n\n', 'event: delta\ndata: {"content":"y"}\n\nevent: later\ndata: {}\n\nevent: done\ndata: {"message":{"id":"m"},"usage":{}}\n\n');
    const { seen, result } = send();
    expect((await result).message.id).toBe("m");
    expect(seen).toEqual(["<thinking>", "He", "y"]);
  });

  it("reports who cut an answer off, and resolves with what was stored", async () => {
    answerWith('event: delta\ndata: {"content":"He"}\n\nevent: cut_off\ndata: {"module":"m","reason":"Enough."}\n\nevent: done\ndata: {"message":{"id":"m"},"usage":{}}\n\n');
    const { seen, result } = send();
    expect((await result).message.id).toBe("m");
    expect(seen).toEqual(["He", "[m: Enough.]"]);
  });

  it("tells a block from a fault", async () => {
    answerWith('event: blocked\ndata: {"error":"Stopped.","code":"BLOCKED_BY_MODULE","details":{"module":"m","reason":"Because."}}\n\n');
    const error = await failure(send().result);
    expect(error.isBlock).toBe(true);
    expect(error.details["reason"]).toBe("Because.");
  });

  it("passes a fault on with its code", async () => {
    answerWith('event: error\ndata: {"error":"Away.","code":"AI_GATEWAY_ERROR"}\n\n');
    const error = await failure(send().result);
    expect([error.isBlock, error.code, error.message]).toEqual([false, "AI_GATEWAY_ERROR", "Away."]);
  });

  it("says so when the stream ends early or is no stream of ours", async () => {
    answerWith('event: delta\ndata: {"content":"He"}\n\n');
    expect((await failure(send().result)).code).toBe("STREAM_BROKEN");
    answerWith("event: delta\ndata: <html>\n\n");
    expect((await failure(send().result)).code).toBe("STREAM_BROKEN");
  });
});
