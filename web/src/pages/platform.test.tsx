// SPDX-License-Identifier: AGPL-3.0-or-later
import { screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { describe, expect, it } from "vitest";
import type { Platform, PlatformUpdate } from "@/api/platform";
import { type Replies, failed, me, ok, open, sent } from "@/test/app";

const now = () => new Date().toISOString();
const update: PlatformUpdate = {
  id: "u1",
  agent: "school-1",
  kind: "update",
  from_version: "1.0.0",
  to_version: "1.1.0",
  state: "running",
  phase: "migrating",
  detail: "0011_terms",
  because: "",
  requested_by: "Ada Lovelace",
  created_at: "2026-03-01T08:00:00Z",
  started_at: "2026-03-01T08:00:01Z",
  ended_at: null,
};
const platform = (more: Partial<Platform> = {}): Platform => ({
  version: "1.0.0",
  deployment: "bare",
  auto_update: false,
  channel: "stable",
  window: "",
  pin: "",
  agents: [{ name: "school-1", deployment: "bare", version: "1.0.0", previous_version: null, seen_at: now(), present: true }],
  look: { checked_at: "2026-03-01T07:00:00Z", fault: "" },
  offer: { version: "1.1.0", channel: "stable", notes: "Terms have **names**.", released_at: "2026-02-28T08:00:00Z", bytes: 31_457_280, held_because: "", needs_pause: false, can_be_taken: true },
  update: null,
  history: [],
  holds: [],
  ...more,
});
const replies = (shown: Platform): Replies => ({
  "GET /auth/me": ok(me(["system_admin"])),
  "GET /admin/marketplace": ok({ url: null, root_version: null, expires_at: null, refreshed_at: null, fault: null, advisories: 0 }),
  "GET /admin/platform": ok(shown),
});
const page = (shown: Platform, more: Replies = {}) => open("/admin/platform", { ...replies(shown), ...more });

describe("the platform's page", () => {
  it("shows what is new, and updates once that was confirmed", async () => {
    const asked = page(platform(), { "POST /admin/platform/updates": ok({ ...update, state: "requested" }) });
    expect(await screen.findByText("RaptScallions 1.1.0 is there")).toBeVisible();
    expect(await screen.findByText("names")).toBeVisible();
    await userEvent.click(screen.getByRole("button", { name: "Update" }));
    expect(sent(asked, "POST", "/admin/platform/updates")).toHaveLength(0);
    await userEvent.click(within(screen.getByRole("dialog")).getByRole("button", { name: "Update" }));
    await waitFor(() => expect(sent(asked, "POST", "/admin/platform/updates")[0]?.body).toEqual({ version: "1.1.0", consent: true }));
  });

  it("says what stands in the way of a release", async () => {
    page(platform({ offer: { ...platform().offer!, held_because: "The roll-out has not come to this instance yet (10 %).", can_be_taken: false } }));
    expect(await screen.findByText(/The roll-out has not come/)).toBeVisible();
    expect(screen.getByRole("button", { name: "Update" })).toBeDisabled();
  });

  it("says of a release that needs a pause what that means, and asks for it as such", async () => {
    const asked = page(platform({ offer: { ...platform().offer!, needs_pause: true } }), { "POST /admin/platform/updates": ok({ ...update, state: "requested" }) });
    await userEvent.click(await screen.findByRole("button", { name: "Update" }));
    expect(within(screen.getByRole("dialog")).getByText(/Nobody is served/)).toBeVisible();
    await userEvent.click(within(screen.getByRole("dialog")).getByRole("button", { name: "Update" }));
    await waitFor(() => expect(sent(asked, "POST", "/admin/platform/updates")[0]?.body).toEqual({ version: "1.1.0", consent: true, with_downtime: true }));
  });

  it("tells how to begin where no agent runs", async () => {
    page(platform({ agents: [{ ...platform().agents[0]!, seen_at: "2026-01-01T00:00:00Z", present: false }] }));
    expect(await screen.findByText(/start rapt agent/)).toBeVisible();
    expect(screen.getByText(/Not heard of since/)).toBeVisible();
  });

  it("follows an update, which cannot be cancelled any more", async () => {
    page(platform({ update }));
    expect(await screen.findByText(/The database is being changed/)).toHaveTextContent("0011_terms");
    expect(screen.queryByRole("button", { name: "Cancel" })).toBeNull();
    expect(screen.queryByText("RaptScallions 1.1.0 is there")).toBeNull();
  });

  it("cancels an update that waits", async () => {
    const asked = page(platform({ update: { ...update, state: "requested", phase: "" } }), { "DELETE /admin/platform/updates/u1": ok(null) });
    await userEvent.click(await screen.findByRole("button", { name: "Cancel" }));
    await waitFor(() => expect(sent(asked, "DELETE", "/admin/platform/updates/u1")).toHaveLength(1));
  });

  it("tells why an update was taken back, and lets it be tried again", async () => {
    const because = "Its server ended three times. It was taken back.";
    const asked = page(platform({ history: [{ ...update, state: "rolled_back", because, ended_at: now() }], holds: [{ version: "1.1.0", because, held_at: now() }], offer: null }), {
      "DELETE /admin/platform/holds/1.1.0": ok(null),
    });
    expect(await screen.findByText("1.1.0 was taken back")).toBeVisible();
    expect(screen.getByText("1.0.0 goes on running.")).toBeVisible();
    await userEvent.click(screen.getByRole("button", { name: "Allow 1.1.0 again" }));
    await waitFor(() => expect(sent(asked, "DELETE", "/admin/platform/holds/1.1.0")).toHaveLength(1));
  });

  it("goes back to the version before once that was confirmed", async () => {
    const asked = page(platform({ offer: null, agents: [{ ...platform().agents[0]!, version: "1.1.0", previous_version: "1.0.0" }] }), { "POST /admin/platform/rollback": failed(409, "CONFLICT") });
    await userEvent.click(await screen.findByRole("button", { name: "Go back to 1.0.0" }));
    await userEvent.click(within(screen.getByRole("dialog")).getByRole("button", { name: "Go back" }));
    await waitFor(() => expect(sent(asked, "POST", "/admin/platform/rollback")[0]?.body).toEqual({ consent: true }));
    expect(await screen.findByText(/It failed: CONFLICT/)).toBeVisible();
  });

  it("says when it was looked, and why that came to nothing", async () => {
    page(platform({ offer: null, look: { checked_at: null, fault: "The registry does not answer." } }));
    expect(await screen.findByText("The registry does not answer.")).toBeVisible();
    expect(screen.getByText(/Nobody has looked for releases yet/)).toBeVisible();
  });

  it("is for system administrators", async () => {
    open("/admin/platform", { ...replies(platform()), "GET /auth/me": ok(me(["teacher"])) });
    expect(await screen.findByText(/No tracks lead here/i)).toBeVisible();
  });
});
