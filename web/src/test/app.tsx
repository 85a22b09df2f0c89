// SPDX-License-Identifier: AGPL-3.0-or-later
// The whole of the pages at an address, with answers of the API as docs/api.md describes them.
import { QueryClientProvider } from "@tanstack/react-query";
import { RouterProvider } from "@tanstack/react-router";
import { render } from "@testing-library/react";
import { newQueryClient } from "@/api/queries";
import type { Me, Role } from "@/api/types";
import { newRouter } from "@/routes/router";
import { type Asked, type Replies, failed, fakeApi, ok, page } from "./fake-api";

export * from "./fake-api";

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
  "GET /admin/advisories": page([]),
  "GET /admin/module-operations": page([]),
};

/** Opens an address; whatever is asked and has no reply fails the test by its 500. Gives all that was asked. */
export function open(address: string, replies: Replies = {}): Asked[] {
  const asked = fakeApi("/api/v1", { ...always, ...replies });
  window.history.replaceState(null, "", address);
  const queries = newQueryClient();
  render(
    <QueryClientProvider client={queries}>
      <RouterProvider router={newRouter(queries)} />
    </QueryClientProvider>,
  );
  return asked;
}
