// SPDX-License-Identifier: AGPL-3.0-or-later
// A small server of one conversation, over real connections that can be cut: the routes of docs/api.md about turns.
import { type IncomingMessage, type ServerResponse, createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { transferableAbortController } from "node:util";
import { vi } from "vitest";
import type { Message } from "@/api/types";

interface Told {
  event: string;
  data: unknown;
}

interface AskedTurn {
  method: string;
  path: string;
  lastEventId: string | null;
  body: Record<string, unknown>;
}

type Script = (server: TurnServer) => void;

export class TurnServer {
  readonly asked: AskedTurn[] = [];
  state = "active";
  endsAt: string | null = null;
  replaced: Message[] = [];
  messages: Message[] = [];
  turn: { id: string; request_id: string | null; started_at: string } | null = null;
  /** Called when a turn begins. */
  onTurn: Script = () => {};
  /** Answers instead of the routes, by "METHOD /path". */
  readonly instead = new Map<string, (response: ServerResponse) => void>();
  #told: Told[] = [];
  #said: string | null = null;
  #replaces = Infinity;
  #turns = 0;
  readonly #readers = new Set<ServerResponse>();
  readonly #server = createServer((request, response) => void this.#answer(request, response));

  constructor(readonly id = "s") {}

  async start(): Promise<void> {
    await new Promise<void>((resolve) => this.#server.listen(0, "127.0.0.1", resolve));
    const { port } = this.#server.address() as AddressInfo;
    const real = globalThis.fetch;
    vi.stubGlobal("fetch", (path: string, init: RequestInit) => {
      // The test's window has an AbortSignal of its own, which Node's fetch does not know.
      const abort = transferableAbortController();
      init.signal?.addEventListener("abort", () => abort.abort());
      return real(`http://127.0.0.1:${port}${path}`, { ...init, signal: abort.signal });
    });
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  /** The next event of the turn, to all who read it. */
  tell(event: string, data: unknown): void {
    this.#told.push({ event, data });
    for (const reader of this.#readers) reader.write(this.#text(this.#told.length));
  }

  /** Something that is not of the numbered events, as it is. */
  tellRaw(text: string): void {
    for (const reader of this.#readers) reader.write(text);
  }

  /** Breaks every connection on which somebody reads, as a lost network does. */
  cut(): void {
    for (const reader of this.#readers) reader.destroy();
    this.#readers.clear();
  }

  /** Stores the answer and ends the turn. */
  finish(answer: string, meta: Message["meta"] = {}): void {
    const { request_id } = this.turn!;
    this.#replace();
    if (this.#said !== null) this.add("user", this.#said, {}, request_id);
    const message = this.add("assistant", answer, meta);
    this.turn = null;
    this.tell("done", { message, usage: {} });
    this.#end();
  }

  /** Stores a message with the next number. */
  add(role: Message["role"], content: string, meta: Message["meta"] = {}, request_id: string | null = null): Message {
    const seq = Math.max(0, ...[...this.messages, ...this.replaced].map((message) => message.seq)) + 1;
    const message: Message = { id: `m${seq}`, role, content, seq, created_at: "2026-03-02T08:00:00Z", meta, request_id };
    this.messages = [...this.messages, message];
    return message;
  }

  #replace(): void {
    const gone = (message: Message) => message.seq >= this.#replaces;
    this.replaced = [...this.replaced, ...this.messages.filter(gone).map((message) => ({ ...message, replaced_at: "2026-03-02T09:00:00Z" }))];
    this.messages = this.messages.filter((message) => !gone(message));
  }

  /** Ends the turn with nothing stored. */
  fail(event: "blocked" | "error", code: string, details: object = {}): void {
    this.turn = null;
    this.tell(event, { error: `It ended: ${code}.`, code, details });
    this.#end();
  }

  #end(): void {
    for (const reader of this.#readers) reader.end();
    this.#readers.clear();
  }

  #text(number: number): string {
    const { event, data } = this.#told[number - 1]!;
    return `event: ${event}\nid: T${this.#turns}:${number}\ndata: ${JSON.stringify(data)}\n\n`;
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    let text = "";
    for await (const chunk of request) text += String(chunk);
    const body = (text === "" ? {} : JSON.parse(text)) as Record<string, unknown>;
    const { method = "GET" } = request;
    const path = (request.url ?? "").replace(`/api/v1/sessions/${this.id}`, "");
    this.asked.push({ method, path, lastEventId: (request.headers["last-event-id"] as string | undefined) ?? null, body });
    const instead = this.instead.get(`${method} ${path}`);
    if (instead) return instead(response);
    if (method === "GET" && path === "") return void response.setHeader("Content-Type", "application/json").end(JSON.stringify({ data: this.session() }));
    if (path === "?include=replaced") return void response.setHeader("Content-Type", "application/json").end(JSON.stringify({ data: { ...this.session(), messages: [...this.replaced, ...this.messages] } }));
    if (method === "GET") return this.#resume(request, response);
    if (path === "/stop") return void response.writeHead(204).end();
    this.#begin(body, path === "/regenerate", response);
  }

  session() {
    return { id: this.id, tool: { id: "t", name: "Tutor", type: "chat" }, state: this.state, messages: this.messages, turn: this.turn, ends_at: this.endsAt };
  }

  #begin(body: Record<string, unknown>, anew: boolean, response: ServerResponse): void {
    const requestId = typeof body["request_id"] === "string" ? body["request_id"] : null;
    const stored = this.messages.findIndex((message) => message.request_id === requestId);
    if (stored >= 0) {
      const message = this.messages[stored + 1];
      return void response.setHeader("Content-Type", "text/event-stream").end(`event: done\nid: again:1\ndata: ${JSON.stringify({ message, usage: {} })}\n\n`);
    }
    if (this.turn?.request_id !== requestId || this.turn === null) {
      this.#told = [];
      this.#said = anew ? null : String(body["content"]);
      this.#replaces = anew ? this.messages.at(-1)!.seq : Number(body["replaces"] ?? Infinity);
      this.turn = { id: `T${++this.#turns}`, request_id: requestId, started_at: "2026-03-02T08:00:00Z" };
      this.#read(response, 0);
      this.onTurn(this);
    } else {
      this.#read(response, 0);
    }
  }

  #resume(request: IncomingMessage, response: ServerResponse): void {
    if (this.turn === null) return void response.writeHead(204).end();
    const [turn, after] = String(request.headers["last-event-id"] ?? "").split(":");
    this.#read(response, turn === this.turn.id ? Number(after) : 0);
  }

  #read(response: ServerResponse, after: number): void {
    response.setHeader("Content-Type", "text/event-stream");
    response.write(": welcome\n\n");
    for (let number = after + 1; number <= this.#told.length; ++number) response.write(this.#text(number));
    this.#readers.add(response);
  }
}
