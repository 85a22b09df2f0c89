// SPDX-License-Identifier: AGPL-3.0-or-later
import { screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { describe, expect, it } from "vitest";
import type { Advisory } from "@/api/market-types";
import type { ModuleJob } from "@/api/module-work";
import { daysOf } from "@/lib/days";
import { type Replies, failed, me, nothing, ok, open, page, sent } from "@/test/app";
import { installed, offeredDetail, operation, plan } from "@/test/market";

const replies: Replies = { "GET /auth/me": ok(me(["system_admin"])), "GET /admin/modules": page([installed]), "GET /tools": page([]) };
const path = "/admin/modules/reading-log";
const dialog = () => within(screen.getByRole("dialog"));
const press = async (name: string) => userEvent.click(await screen.findByRole("button", { name }));
const unfold = async (title: string) => userEvent.click(await screen.findByText(title));

describe("removing a module", () => {
  it("keeps its data unless its name is typed", async () => {
    const asked = open("/admin/modules", { ...replies, [`DELETE ${path}`]: nothing() });
    await press("Remove");
    await userEvent.click(dialog().getByLabelText("Delete its data too"));
    await userEvent.click(dialog().getByRole("button", { name: "Remove it and its data" }));
    expect(dialog().getByLabelText("To confirm, type reading-log")).toHaveAccessibleDescription("Type reading-log to delete its data for good.");
    expect(sent(asked, "DELETE", path)).toHaveLength(0);
    await userEvent.type(dialog().getByLabelText("To confirm, type reading-log"), "reading-log");
    await userEvent.click(dialog().getByRole("button", { name: "Remove it and its data" }));
    await waitFor(() => expect(sent(asked, "DELETE", path)[0]?.query.get("purge")).toBe("true"));
    await waitFor(() => expect(screen.queryByRole("dialog")).not.toBeInTheDocument());
    await press("Remove");
    await userEvent.click(dialog().getByRole("button", { name: "Remove" }));
    await waitFor(() => expect(sent(asked, "DELETE", path)).toHaveLength(2));
    expect(sent(asked, "DELETE", path)[1]?.query.has("purge")).toBe(false);
  });

  it("says what depends on it, and does not offer it then", async () => {
    open("/admin/modules", { ...replies, "GET /admin/modules": page([{ ...installed, dependents: ["quiz 1.0.0 needs reading-log ^1.0"] }]) });
    await press("Remove");
    expect(dialog().getByText("quiz 1.0.0 needs reading-log ^1.0")).toBeVisible();
    expect(dialog().queryByRole("button", { name: "Remove" })).not.toBeInTheDocument();
  });

  it("shows why it was refused", async () => {
    open("/admin/modules", { ...replies, [`DELETE ${path}`]: failed(409, "CONFLICT") });
    await press("Remove");
    await userEvent.click(dialog().getByRole("button", { name: "Remove" }));
    expect(await dialog().findByText("It failed: CONFLICT.")).toBeVisible();
  });
});

describe("how a module follows its publisher", () => {
  const policy = {
    auto_update: "manual",
    channel: "stable",
    pin: "^1.1",
    held: [{ version: "1.1.5", because: "It crashed." }],
    updated_by: null,
    updated_at: "2026-03-01T08:00:00Z",
    events: [{ kind: "rolled_back", version: "1.1.5", text: "It crashed three times.", at: "2026-03-01T08:00:00Z" }],
  };

  it("is shown as it is set and saved whole", async () => {
    const asked = open("/admin/modules", { ...replies, [`GET ${path}/policy`]: ok(policy, { ETag: '"1"' }), [`PUT ${path}/policy`]: ok(policy) });
    await press("Updates");
    expect(await dialog().findByLabelText("Only versions")).toHaveValue("^1.1");
    await userEvent.selectOptions(dialog().getByLabelText("Updates itself"), "patch");
    await userEvent.clear(dialog().getByLabelText("Only versions"));
    await userEvent.click(dialog().getByRole("button", { name: "Save" }));
    await waitFor(() => expect(sent(asked, "PUT", `${path}/policy`)[0]?.body).toEqual({ auto_update: "patch", channel: "stable", pin: null }));
    expect(sent(asked, "PUT", `${path}/policy`)[0]?.headers.get("If-Match")).toBe('"1"');
    await waitFor(() => expect(screen.queryByRole("dialog")).not.toBeInTheDocument());
  });

  it("says what it did by itself, and what it does not try again", async () => {
    open("/admin/modules", { ...replies, [`GET ${path}/policy`]: ok(policy) });
    await press("Updates");
    expect(await dialog().findByText("Version 1.1.5 is not taken by itself again: It crashed.")).toBeVisible();
    expect(dialog().getByText("Went back from 1.1.5")).toBeVisible();
  });

  it("offers the present state when somebody else came first", async () => {
    let pin = "^1.1";
    open("/admin/modules", { ...replies, [`GET ${path}/policy`]: () => ok({ ...policy, pin })(), [`PUT ${path}/policy`]: failed(412, "PRECONDITION_FAILED") });
    await press("Updates");
    await userEvent.selectOptions(await dialog().findByLabelText("Updates itself"), "minor");
    pin = "~1.2.0";
    await userEvent.click(dialog().getByRole("button", { name: "Save" }));
    await userEvent.click(await dialog().findByRole("button", { name: "Load the present state" }));
    await waitFor(() => expect(dialog().getByLabelText("Only versions")).toHaveValue("~1.2.0"));
  });

  it("shows the server's complaint at its field", async () => {
    open("/admin/modules", { ...replies, [`GET ${path}/policy`]: ok(policy), [`PUT ${path}/policy`]: failed(400, "VALIDATION_ERROR", { fields: [{ path: "pin", message: "is no range of versions" }] }) });
    await press("Updates");
    await userEvent.type(await dialog().findByLabelText("Only versions"), "x");
    await userEvent.click(dialog().getByRole("button", { name: "Save" }));
    await waitFor(() => expect(dialog().getByLabelText("Only versions")).toHaveAccessibleDescription(/Is no range of versions\./));
  });
});

describe("what the registry says of an installed module", () => {
  const advisory: Advisory = { id: "RA-2026-0001", module: "reading-log", affected: "<1.2.0", fixed: "1.2.0", severity: "high", title: "It tells too much", text: "", url: "", published_at: "2026-03-01T08:00:00Z" };

  it("is told at the module: taken back, advisories, an update that waits", async () => {
    const told = { ...installed, yanked: "It forgets books.", advisories: [advisory], update: { version: "1.2.0", needs_consent: true, held_because: null } };
    const asked = open("/admin/modules", { ...replies, "GET /admin/modules": page([told]), "GET /admin/marketplace/modules/reading-log": ok(offeredDetail), "POST /admin/module-plans": ok(plan) });
    expect(await screen.findByText("Its publisher took version 1.1.0 back")).toBeVisible();
    expect(screen.getByText("RA-2026-0001: It tells too much")).toBeVisible();
    expect(screen.getByText("It asks for more than it has now, so it waits for you.")).toBeVisible();
    await press("Look at the update");
    await waitFor(() => expect(sent(asked, "POST", "/admin/module-plans")[0]?.body).toEqual({ install: [{ name: "reading-log", version: "1.2.0" }] }));
  });

  it("stands above every page of administrators, and nobody else's", async () => {
    open("/admin/users", { ...replies, "GET /admin/users": page([]), "GET /groups": page([]), "GET /admin/advisories": page([advisory]) });
    expect(await screen.findByText(/1 security advisory for what is installed here\. High: It tells too much\./)).toBeVisible();
    expect(screen.getByRole("link", { name: "What to do" })).toHaveAttribute("href", "/admin/modules/advisories");
  });

  it("has a page of its own", async () => {
    open("/admin/modules/advisories", { ...replies, "GET /admin/advisories": page([advisory]), "GET /admin/marketplace": failed(500, "INTERNAL_ERROR") });
    expect(await screen.findByText("Mended in version 1.2.0.")).toBeVisible();
  });

  it("is not asked for administrators of groups", async () => {
    const asked = open("/admin/users", { "GET /auth/me": ok(me(["group_admin"])), "GET /admin/users": page([]), "GET /groups": page([]) });
    await screen.findByRole("heading", { name: "People" });
    expect(sent(asked, "GET", "/admin/advisories")).toHaveLength(0);
  });
});

describe("an installation that goes on", () => {
  it("is shown to whoever looks at the modules", async () => {
    open("/admin/modules", { ...replies, "GET /admin/module-operations": page([operation(), operation({ id: "o0", state: "done" })]) });
    expect(await screen.findByText("Being installed: reading-log")).toBeVisible();
    expect(screen.getAllByRole("progressbar")).toHaveLength(1);
  });

  it("is told of when it failed lately, also to who has closed the window", async () => {
    const gone = operation({ state: "failed", error: "The disk is full.", ended_at: new Date().toISOString() });
    open("/admin/modules", { ...replies, "GET /admin/module-operations": page([gone, operation({ id: "o0", state: "failed", error: "Long ago.", ended_at: new Date().toISOString() })]) });
    expect(await screen.findByText("Not installed: reading-log")).toBeVisible();
    expect(screen.getByText("The disk is full.")).toBeVisible();
    expect(screen.queryByText("Long ago.")).not.toBeInTheDocument();
  });
});

describe("what a module does outside of conversations", () => {
  const job: ModuleJob = { id: "7", kind: "job", name: "count", key: "c1", state: "failed", attempts: 3, max_attempts: 3, by_clock: false, error: "It could not reach books.example.", created_at: "2026-03-01T08:00:00Z", run_at: "2026-03-01T08:00:00Z", ended_at: "2026-03-01T08:00:00Z" };
  const work = { counts: { waiting: 0, running: 0, failed: 1, done: 4 }, schedules: [{ job: "nightly", cron: "0 3 * * *", next_at: "2026-03-02T03:00:00Z" }], jobs: [job] };

  it("lists its work, what failed and why, and does it again or takes it back", async () => {
    const asked = open("/admin/modules", { ...replies, [`GET ${path}/jobs`]: ok(work), [`POST ${path}/jobs/7/retry`]: ok({}), [`DELETE ${path}/jobs/7`]: nothing() });
    await screen.findByText("Work");
    expect(sent(asked, "GET", `${path}/jobs`)).toHaveLength(0);
    await unfold("Work");
    const list = within(await screen.findByRole("list", { name: "Work of reading-log" }));
    expect(list.getByText("It could not reach books.example.")).toBeVisible();
    expect(screen.getByText("0 waiting, 0 being done, 1 failed, 4 done within a week.")).toBeVisible();
    expect(screen.getByRole("list", { name: "What the clock orders of reading-log" })).toHaveTextContent("nightly next at");
    await userEvent.click(list.getByRole("button", { name: "Do it again" }));
    await waitFor(() => expect(sent(asked, "POST", `${path}/jobs/7/retry`)).toHaveLength(1));
    await waitFor(() => expect(list.getByRole("button", { name: "Take it back" })).toBeEnabled());
    await userEvent.click(list.getByRole("button", { name: "Take it back" }));
    await waitFor(() => expect(sent(asked, "DELETE", `${path}/jobs/7`)).toHaveLength(1));
  });

  it("says what went wrong when work cannot be changed", async () => {
    open("/admin/modules", { ...replies, [`GET ${path}/jobs`]: ok(work), [`POST ${path}/jobs/7/retry`]: failed(409, "CONFLICT") });
    await unfold("Work");
    await press("Do it again");
    expect(await screen.findByText("It failed: CONFLICT.")).toBeVisible();
  });

  it("lists its routes with who may ask, and why one is not offered", async () => {
    const route = { method: "GET", path: "/api/v1/modules/reading-log/books", access: "teacher", body_bytes: 0, rate_per_minute: 60, timeout_ms: 500, problem: null };
    open("/admin/modules", { ...replies, [`GET ${path}/routes`]: page([route, { ...route, path: "/api/v1/books", problem: "Another module answers it." }]) });
    await unfold("Routes");
    const list = within(await screen.findByRole("list", { name: "Routes of reading-log" }));
    expect(list.getByText("GET /api/v1/modules/reading-log/books")).toBeVisible();
    expect(list.getAllByText(/For teachers; 60 requests a minute each/)).toHaveLength(2);
    expect(list.getByText("Another module answers it.")).toBeVisible();
  });

  it("lists its panels with where they are shown", async () => {
    const manifest = { title: "Reading log", description: "", license: "MIT", abi: "1.2", permissions: [], panels: [{ id: "books", title: "Books", place: "class", access: "teacher" }] };
    open("/admin/modules", { ...replies, [`GET ${path}`]: ok({ ...installed, host: "h", hosts: [], manifest }) });
    await unfold("Panels");
    const list = within(await screen.findByRole("list", { name: "Panels of reading-log" }));
    expect(list.getByText("Books")).toBeVisible();
    expect(list.getByText("at a class, for teachers")).toBeVisible();
  });
});

describe("what is the matter with a module", () => {
  const work = { name: "work", state: "running" as const, reason: "", last_failure: null, restarts: 0, pid: 7, circuit: { state: "closed" as const, reason: "" }, quarantine: null };
  const withRoom = (room: object) => ({ ...replies, "GET /admin/modules": page([{ ...installed, rooms: [{ ...work, ...room }] }]) });

  it("is told when its work is not asked for any more", async () => {
    open("/admin/modules", withRoom({ circuit: { state: "open", reason: "Its last 5 calls failed, the latest at job." } }));
    expect(await screen.findByText("It is not being asked for its work (jobs, events) for now")).toBeVisible();
    expect(screen.getByText("Its last 5 calls failed, the latest at job.")).toBeVisible();
    expect(screen.getByText("Running in part")).toBeVisible();
    expect(screen.queryByRole("button", { name: "Let out of quarantine" })).not.toBeInTheDocument();
    await unfold("Processes and figures");
    expect(await screen.findByText("Not being asked")).toBeVisible();
  });

  it("is told when its work is in quarantine, and not while all is well", async () => {
    open("/admin/modules", withRoom({ state: "quarantined", reason: "It ended.", quarantine: { since: "2026-03-01T08:00:00Z", reason: "It ended 10 times." } }));
    expect(await screen.findByText(/The process for its work \(jobs, events\) failed too often and is in quarantine since/)).toBeVisible();
    expect(screen.getByText("It ended 10 times.")).toBeVisible();
    expect(screen.getByRole("button", { name: "Let out of quarantine" })).toBeVisible();
  });

  it("is nothing while its processes run, also where an older host tells less", async () => {
    open("/admin/modules", withRoom({ circuit: undefined, quarantine: undefined }));
    expect(await screen.findByText("Running")).toBeVisible();
    expect(screen.queryByText(/work \(jobs, events\)/)).not.toBeInTheDocument();
  });
});

describe("what a module spends", () => {
  const spent = { requests: 12, unanswered: 0, estimated: 0, unpriced: 2, input_tokens: 1, output_tokens: 1, total_tokens: 2, cost: "1.50000000", latency_ms: 10 };
  const usesAi = { ...replies, "GET /admin/modules": page([{ ...installed, permissions: ["ai"] }]) };

  it("is told for this month, and leads to its report", async () => {
    const asked = open("/admin/modules", { ...usesAi, "GET /admin/ai/usage/summary": ok({ ...spent, before: spent }) });
    expect(await screen.findByText("$1.50 for 12 requests")).toBeVisible();
    expect(screen.getByText("The price of 2 requests was not known.")).toBeVisible();
    expect(Object.fromEntries(sent(asked, "GET", "/admin/ai/usage/summary")[0]!.query)).toEqual({ ...daysOf("this-month"), module: "reading-log" });
    expect(screen.getByRole("link", { name: "See its usage" })).toHaveAttribute("href", expect.stringContaining("/admin/ai/usage?module=reading-log"));
  });

  it("is not asked of one that may not use AI", async () => {
    const asked = open("/admin/modules", replies);
    expect(await screen.findByText("Running")).toBeVisible();
    expect(sent(asked, "GET", "/admin/ai/usage/summary")).toHaveLength(0);
  });

  it("says when it cannot be told", async () => {
    open("/admin/modules", { ...usesAi, "GET /admin/ai/usage/summary": failed(403, "FORBIDDEN") });
    expect(await screen.findByText("This cannot be told at the moment")).toBeVisible();
  });
});
