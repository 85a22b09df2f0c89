// SPDX-License-Identifier: AGPL-3.0-or-later
// Answers of an API, faked where the pages' questions leave.
import { vi } from "vitest";

export interface Asked {
  method: string;
  path: string;
  query: URLSearchParams;
  headers: Headers;
  body: unknown;
}

type Reply = (asked: Asked) => Response | Promise<Response>;
export type Replies = Record<string, Reply>;

export const ok = (data: unknown, headers: Record<string, string> = {}, status = 200) => () => Response.json({ data }, { status, headers });
export const page = (items: unknown[], nextCursor: string | null = null) => () => Response.json({ data: items, meta: { next_cursor: nextCursor } });
export const nothing = () => () => new Response(null, { status: 204 });
export const failed = (status: number, code: string, details: object = {}, headers: Record<string, string> = {}) => () =>
  Response.json({ error: `It failed: ${code}.`, code, details }, { status, headers });

export const sent = (asked: Asked[], method: string, path: string) => asked.filter((each) => each.method === method && each.path === path);

/** Answers whatever is asked below `root`; what has no reply fails the test by its 500. Gives all that was asked. */
export function fakeApi(root: string, replies: Replies): Asked[] {
  const asked: Asked[] = [];
  vi.stubGlobal("scrollTo", vi.fn());
  vi.stubGlobal("fetch", async (input: string, init: RequestInit) => {
    const url = new URL(input, location.href);
    const path = url.pathname.replace(root, "");
    const body = typeof init.body === "string" ? (JSON.parse(init.body) as unknown) : init.body;
    const request = { method: init.method ?? "GET", path, query: url.searchParams, headers: new Headers(init.headers), body };
    asked.push(request);
    return (replies[`${request.method} ${path}`] ?? failed(500, "NOT_FAKED", { path }))(request);
  });
  return asked;
}

/** The older way of sending, which tells how far it has come, over the same answers; `held` keeps them back until it is called. */
export function fakeUploads(): { share: (part: number) => void; release: () => void } {
  let now: FakeUpload | null = null;
  let release = () => {};
  const held = new Promise<void>((resolve) => (release = resolve));
  class FakeUpload {
    readonly upload: { onprogress?: (event: { lengthComputable: boolean; loaded: number; total: number }) => void } = {};
    onload = () => {};
    onerror = () => {};
    onabort = () => {};
    status = 0;
    responseText = "";
    #path = "";
    #answer: Response | null = null;
    open(_method: string, path: string) {
      this.#path = path;
    }
    setRequestHeader() {}
    getResponseHeader(name: string) {
      return this.#answer?.headers.get(name) ?? null;
    }
    abort() {
      this.onabort();
    }
    send(body: Blob) {
      now = this;
      void this.#send(body);
    }
    async #send(body: Blob) {
      await held;
      this.#answer = await fetch(this.#path, { method: "POST", body });
      this.status = this.#answer.status;
      this.responseText = await this.#answer.text();
      this.onload();
    }
  }
  vi.stubGlobal("XMLHttpRequest", FakeUpload);
  return { share: (part) => now?.upload.onprogress?.({ lengthComputable: true, loaded: part, total: 1 }), release };
}
