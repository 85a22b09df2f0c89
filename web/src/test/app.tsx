// SPDX-License-Identifier: AGPL-3.0-or-later
// The whole of the pages at an address, with answers of the API as docs/api.md describes them, faked where they leave.
import { QueryClientProvider } from "@tanstack/react-query";
import { RouterProvider } from "@tanstack/react-router";
import { render } from "@testing-library/react";
import { vi } from "vitest";
import { newQueryClient } from "@/api/queries";
import type { Me, Role } from "@/api/types";
import { newRouter } from "@/routes/router";

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

export function me(roles: Role[] = ["student"]): Me {
  return {
    user: { id: "u1", email: "ada@school.example", name: "Ada Lovelace", given_name: "Ada", family_name: "Lovelace" },
    roles,
    memberships: [],
    classes: [],
    email_verified: true,
    totp_enabled: false,
    status: "active",
  };
}

const always: Replies = {
  "GET /instance": ok({ name: "RaptScallions", version: "1", demo_model: false, development_mode: false, registration: "closed" }),
  "GET /auth/me": failed(401, "UNAUTHORIZED"),
  "GET /auth/providers": page([]),
  "GET /panels": page([]),
};

/** Opens an address; whatever is asked and has no reply fails the test by its 500. Gives all that was asked. */
export function open(address: string, replies: Replies = {}): Asked[] {
  const all = { ...always, ...replies };
  const asked: Asked[] = [];
  vi.stubGlobal("scrollTo", vi.fn());
  vi.stubGlobal("fetch", async (input: string, init: RequestInit) => {
    const url = new URL(input, location.href);
    const path = url.pathname.replace("/api/v1", "");
    const body = typeof init.body === "string" ? (JSON.parse(init.body) as unknown) : init.body;
    const request = { method: init.method ?? "GET", path, query: url.searchParams, headers: new Headers(init.headers), body };
    asked.push(request);
    return (all[`${request.method} ${path}`] ?? failed(500, "NOT_FAKED", { path }))(request);
  });
  window.history.replaceState(null, "", address);
  const queries = newQueryClient();
  render(
    <QueryClientProvider client={queries}>
      <RouterProvider router={newRouter(queries)} />
    </QueryClientProvider>,
  );
  return asked;
}

export const sent = (asked: Asked[], method: string, path: string) => asked.filter((each) => each.method === method && each.path === path);
