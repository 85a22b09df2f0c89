// SPDX-License-Identifier: AGPL-3.0-or-later
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { TurnServer } from "@/test/turn-server";
import { type TurnRequest, runTurn } from "./chat-stream";
import type { ApiError } from "./errors";

let server: TurnServer;

beforeEach(async () => {
  server = new TurnServer();
  await server.start();
});
afterEach(() => server.stop());

const message: TurnRequest = { kind: "message", content: "hello", requestId: "r1", replaces: null };

/** Runs a turn and notes all that is reported, in order. */
function read(request: TurnRequest = message) {
  const seen: string[] = [];
  const result = runTurn("s", request, {
    onStart: ({ turnId }) => seen.push(`<start ${turnId}>`),
    onStatus: (state) => seen.push(`<${state}>`),
    onDelta: (content) => seen.push(content),
    onCutOff: ({ module, reason }) => seen.push(`[${module}: ${reason}]`),
    onNotice: (notice) => seen.push(`(${notice})`),
    onReset: () => seen.push("<reset>"),
    onConnection: (state) => state === "lost" && seen.push("<lost>"),
  });
  result.catch(() => {}); // looked at by each test
  return { seen, result, words: () => seen.filter((each) => !each.startsWith("<")).join("") };
}

const failure = (result: Promise<unknown>) => result.then(() => expect.unreachable(), (error: unknown) => error as ApiError);
const asked = () => server.asked.map(({ method, path, lastEventId }) => `${method} ${path}${lastEventId === null ? "" : ` after ${lastEventId}`}`);
const settled = { timeout: 20_000 };

describe("a turn over one connection", () => {
  it("reports the steps and resolves with the stored answer", async () => {
    server.onTurn = () => {
      server.tell("start", { turn_id: "T1" });
      server.tell("status", { state: "thinking" });
      server.tell("notice", { message: "9 of 10" });
      server.tell("delta", { content: "He" });
      server.tell("later", {});
      server.tell("delta", { content: "y" });
      server.tell("cut_off", { module: "m", reason: "Enough." });
      server.finish("Hey");
    };
    const { seen, result } = read();
    expect((await result)?.message.content).toBe("Hey");
    expect(seen).toEqual(["<start T1>", "<thinking>", "(9 of 10)", "He", "y", "[m: Enough.]"]);
    expect(server.asked).toEqual([{ method: "POST", path: "/messages", lastEventId: null, body: { content: "hello", request_id: "r1" } }]);
  });

  it("tells a block from a fault, and a limit with its time from both", async () => {
    server.onTurn = () => server.fail("blocked", "BLOCKED_BY_MODULE", { module: "m", reason: "Because." });
    const blocked = await failure(read().result);
    expect([blocked.isBlock, blocked.isLimit, blocked.details["reason"]]).toEqual([true, false, "Because."]);
    server.onTurn = () => server.fail("blocked", "AI_LIMIT_REACHED", { retry_after: 90 });
    const limit = await failure(read().result);
    expect([limit.isBlock, limit.isLimit, limit.retryAfterSeconds]).toEqual([false, true, 90]);
    server.onTurn = () => server.fail("error", "AI_GATEWAY_ERROR");
    const fault = await failure(read().result);
    expect([fault.isBlock, fault.code, fault.message]).toEqual([false, "AI_GATEWAY_ERROR", "It ended: AI_GATEWAY_ERROR."]);
  });

  it("passes on what is refused before the stream opens, and does not ask twice", async () => {
    server.instead.set("POST /messages", (response) => response.writeHead(409, { "Content-Type": "application/json" }).end('{"error":"Busy.","code":"CONFLICT"}'));
    expect((await failure(read().result)).code).toBe("CONFLICT");
    expect(asked()).toEqual(["POST /messages"]);
  });

  it("takes an answer that comes as JSON, and no stream that is not ours", async () => {
    server.instead.set("POST /messages", (response) => response.writeHead(200, { "Content-Type": "application/json" }).end('{"data":{"message":{"id":"m"},"usage":{}}}'));
    expect((await read().result)?.message.id).toBe("m");
    server.instead.set("POST /messages", (response) => response.writeHead(200, { "Content-Type": "text/event-stream" }).end("event: delta\ndata: <html>\n\n"));
    expect((await failure(read().result)).code).toBe("STREAM_BROKEN");
  });
});

describe("a turn whose connection breaks", () => {
  it("goes on after the last event, however often, with every word once", async () => {
    server.onTurn = () => server.tell("delta", { content: "one " });
    const { words, result, seen } = read();
    await vi.waitFor(() => expect(words()).toBe("one "), settled);
    server.cut();
    server.tell("delta", { content: "two " }); // told while nobody listens
    await vi.waitFor(() => expect(words()).toBe("one two "), settled);
    server.cut();
    server.tell("delta", { content: "three" });
    await vi.waitFor(() => expect(words()).toBe("one two three"), settled);
    server.finish("one two three");
    expect((await result)?.message.content).toBe("one two three");
    expect(asked()).toEqual(["POST /messages", "GET /stream after T1:1", "GET /stream after T1:2"]);
    expect(seen).toContain("<lost>");
  });

  it("skips what it has seen", async () => {
    server.onTurn = () => server.tell("delta", { content: "once" });
    const { words, result } = read();
    await vi.waitFor(() => expect(words()).toBe("once"), settled);
    server.tellRaw('event: delta\nid: T1:1\ndata: {"content":"once"}\n\n');
    server.finish("once");
    await result;
    expect(words()).toBe("once");
  });

  it("asks for what is missing when numbers are left out", async () => {
    server.onTurn = () => server.tell("delta", { content: "a" });
    const { words, result } = read();
    await vi.waitFor(() => expect(words()).toBe("a"), settled);
    server.tellRaw('event: delta\nid: T1:3\ndata: {"content":"c"}\n\n');
    await vi.waitFor(() => expect(asked()).toContain("GET /stream after T1:1"), settled);
    server.tell("delta", { content: "b" });
    server.tell("delta", { content: "c" });
    server.finish("abc");
    await result;
    expect(words()).toBe("abc");
  });

  it("reads no more of a stream that always leaves something out", async () => {
    server.instead.set("GET /stream", (response) => response.writeHead(200, { "Content-Type": "text/event-stream" }).end('event: delta\nid: T1:9\ndata: {"content":"z"}\n\n'));
    server.onTurn = () => server.tell("delta", { content: "a" });
    const { words, result } = read();
    await vi.waitFor(() => expect(words()).toBe("a"), settled);
    server.cut();
    expect((await failure(result)).code).toBe("STREAM_BROKEN");
    expect(words()).toBe("a");
  });

  it("sends a message again that was answered meanwhile, as the same turn, and gets the stored answer", async () => {
    server.onTurn = () => server.tell("delta", { content: "al" });
    const { words, result } = read();
    await vi.waitFor(() => expect(words()).toBe("al"), settled);
    server.cut();
    server.finish("all");
    expect((await result)?.message.content).toBe("all");
    expect(server.messages).toHaveLength(2);
    expect(server.asked.filter(({ method }) => method === "POST").map(({ body }) => body["request_id"])).toEqual(["r1", "r1"]);
  });

  it("is the same turn when the first connection broke before a word came", async () => {
    let broken = 0;
    server.instead.set("POST /messages", (response) => {
      if (++broken === 2) server.instead.clear();
      response.destroy();
    });
    server.onTurn = () => server.finish("fine");
    expect((await read().result)?.message.content).toBe("fine");
    expect(new Set(server.asked.map(({ body }) => body["request_id"]))).toEqual(new Set(["r1"]));
  });

  it("gives a message back that never gets through", async () => {
    server.instead.set("POST /messages", (response) => response.destroy());
    expect((await failure(read().result)).code).toBe("NETWORK_ERROR");
    expect(asked()).toEqual(["POST /messages", "POST /messages", "POST /messages"]);
  });

  it("leaves it to the session when this host cannot tell the answer", async () => {
    server.instead.set("GET /stream", (response) => response.writeHead(503, { "Content-Type": "application/json" }).end('{"error":"Away.","code":"SERVICE_UNAVAILABLE"}'));
    server.onTurn = () => server.tell("delta", { content: "a" });
    const { words, result } = read();
    await vi.waitFor(() => expect(words()).toBe("a"), settled);
    server.cut();
    expect(await result).toBeNull();
  });

  it("leaves it to the session when this host loses sight of the answer", async () => {
    server.onTurn = () => server.tell("delta", { content: "a" });
    const { words, result } = read();
    await vi.waitFor(() => expect(words()).toBe("a"), settled);
    server.tellRaw('event: error\ndata: {"error":"Away.","code":"SERVICE_UNAVAILABLE"}\n\n');
    expect(await result).toBeNull();
  });
});

describe("a turn that somebody else began", () => {
  it("is told from its beginning", async () => {
    server.onTurn = () => server.tell("delta", { content: "one " });
    const first = read();
    await vi.waitFor(() => expect(first.words()).toBe("one "), settled);
    const second = read({ kind: "follow" });
    await vi.waitFor(() => expect(second.words()).toBe("one "), settled);
    server.tell("delta", { content: "two" });
    server.finish("one two");
    expect((await first.result)?.message.id).toBe((await second.result)?.message.id);
    expect([first.words(), second.words()]).toEqual(["one two", "one two"]);
  });

  it("is over when nothing runs, or when another one has begun", async () => {
    expect(await read({ kind: "follow" }).result).toBeNull();
    server.onTurn = () => server.tell("delta", { content: "mine" });
    const own = read();
    await vi.waitFor(() => expect(own.words()).toBe("mine"), settled);
    server.tellRaw('event: delta\nid: T2:1\ndata: {"content":"another"}\n\n');
    expect(await own.result).toBeNull();
    expect(own.words()).toBe("mine");
  });
});
