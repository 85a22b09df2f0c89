// SPDX-License-Identifier: AGPL-3.0-or-later
// The registry's pages at an address, with answers of its API as docs/registry.md describes them.
import { QueryClientProvider } from "@tanstack/react-query";
import { RouterProvider } from "@tanstack/react-router";
import { render } from "@testing-library/react";
import { setApiRoot } from "@/api/client";
import type { ListedModule, VersionDetail } from "@/api/market-types";
import { newQueryClient } from "@/api/queries";
import { type Asked, type Replies, fakeApi, ok, page } from "@/test/fake-api";
import { summary, version } from "@/test/market";
import { registryRoot } from "../queries";
import { newRouter } from "../router";

export const detail = (number: string, more: Partial<VersionDetail> = {}): VersionDetail => ({
  ...version(number),
  manifest: {},
  change_log: `## ${number}\n\n- Faster <script>alert(1)</script>`,
  findings: [{ check: "conformance", level: "ok", text: "38 of 38 cases" }],
  ...more,
});

export const listed: ListedModule = {
  ...summary,
  screenshots: [{ url: "http://elsewhere.example/api/modules/reading-log/screenshots/2", caption: "A class" }],
  change_log: "",
  created_at: "2026-01-01T08:00:00Z",
  versions: [version("2.0.0-beta.1", { channel: "beta" }), version("1.2.0"), version("1.1.0", { yanked: { because: "It forgets books.", at: "2026-03-01T08:00:00Z" }, advisories: ["RA-2026-0001"] })],
  more_versions: false,
};

const always: Replies = {
  "GET /categories": page([{ name: "analytics", title: "Insight for teachers", modules: 1 }]),
  "GET /modules": page([summary]),
  "GET /modules/reading-log": ok(listed),
  "GET /modules/reading-log/versions/1.2.0": ok(detail("1.2.0")),
};

/** Opens an address of the registry; whatever is asked and has no reply fails the test by its 500. */
export function openRegistry(address: string, replies: Replies = {}): Asked[] {
  setApiRoot(registryRoot);
  const asked = fakeApi(registryRoot, { ...always, ...replies });
  window.history.replaceState(null, "", address);
  render(
    <QueryClientProvider client={newQueryClient()}>
      <RouterProvider router={newRouter()} />
    </QueryClientProvider>,
  );
  return asked;
}
