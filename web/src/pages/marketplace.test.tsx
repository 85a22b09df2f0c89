// SPDX-License-Identifier: AGPL-3.0-or-later
import { screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { describe, expect, it } from "vitest";
import type { MarketState } from "@/api/marketplace";
import { type Replies, failed, fakeUploads, me, ok, open, page, sent } from "@/test/app";
import { offeredDetail, operation, plan, step, summary } from "@/test/market";

const state: MarketState = { url: "https://registry.example", root_version: 1, expires_at: "2026-12-01T08:00:00Z", refreshed_at: "2026-03-02T08:00:00Z", fault: null, advisories: 0 };
const replies: Replies = {
  "GET /auth/me": ok(me(["system_admin"])),
  "GET /admin/marketplace": ok(state),
  "GET /admin/marketplace/modules": page([{ ...summary, installed: "1.1.0", compatible: true }, { ...summary, name: "quiz", title: "Quiz", installed: null, compatible: false }]),
  "GET /admin/marketplace/modules/reading-log": ok(offeredDetail),
  "POST /admin/module-plans": ok(plan),
};
const dialog = () => within(screen.getByRole("dialog"));
const parameters = (query: URLSearchParams | undefined) => Object.fromEntries(query ?? []);

async function openInstall(more: Replies = {}) {
  const asked = open("/admin/modules/find/reading-log", { ...replies, ...more });
  await userEvent.click(await screen.findByRole("button", { name: "Install" }));
  await dialog().findByText("It reaches books.example.");
  return asked;
}

const agree = () => userEvent.click(dialog().getByRole("checkbox", { name: /I agree to everything above/ }));
const install = () => userEvent.click(dialog().getByRole("button", { name: "Install" }));

describe("finding modules", () => {
  it("marks what is installed and what does not run here", async () => {
    open("/admin/modules/find", replies);
    expect(await screen.findByText("Installed: 1.1.0")).toBeVisible();
    expect(within(document.querySelector("[data-listed=quiz]") as HTMLElement).getByText("Does not run here")).toBeVisible();
    expect(screen.getByText(/^From https:\/\/registry\.example/)).toBeVisible();
  });

  it("narrows by what is typed and chosen, and keeps it in the address", async () => {
    const asked = open("/admin/modules/find?permission=http", replies);
    await userEvent.type(await screen.findByLabelText("Search"), "log");
    await userEvent.selectOptions(screen.getByLabelText("Order"), "Best rating");
    await waitFor(() => expect(parameters(sent(asked, "GET", "/admin/marketplace/modules").at(-1)?.query)).toEqual({ q: "log", permission: "http", sort: "rating" }));
    expect(parameters(new URLSearchParams(window.location.search))).toEqual({ q: "log", permission: "http", sort: "rating" });
  });

  it("says what still works while the registry is away", async () => {
    open("/admin/modules/find", {
      ...replies,
      "GET /admin/marketplace": ok({ ...state, fault: "The registry at https://registry.example does not answer." }),
      "GET /admin/marketplace/modules": failed(503, "SERVICE_UNAVAILABLE"),
    });
    expect(await screen.findByText("The registry cannot be used right now")).toBeVisible();
    expect(screen.getByText(/What is installed goes on working/)).toBeVisible();
    expect(await screen.findByRole("button", { name: "Try again" })).toBeVisible();
    expect(screen.getByRole("button", { name: "Install from a file" })).toBeEnabled();
  });

  it("tells how to trust a registry", async () => {
    open("/admin/modules/find", { ...replies, "GET /admin/marketplace": ok({ ...state, root_version: null }) });
    expect(await screen.findByText(/rapt trust root FILE/)).toBeVisible();
    await waitFor(() => expect(screen.queryByLabelText("Search")).not.toBeInTheDocument());
  });

  it("is hidden from administrators of groups", async () => {
    open("/admin/modules/find", { "GET /auth/me": ok(me(["group_admin"])) });
    expect(await screen.findByRole("heading", { name: "No tracks lead here" })).toBeVisible();
  });
});

describe("a module of the registry", () => {
  it("says why a version does not run here, and offers none of it", async () => {
    open("/admin/modules/find/reading-log?version=1.1.0", replies);
    expect(await screen.findByText("It needs ABI 2.0; this host offers 1.2.")).toBeVisible();
    expect(screen.getByRole("button", { name: "Install" })).toBeDisabled();
  });

  it("names pictures instead of fetching them from another host", async () => {
    open("/admin/modules/find/reading-log", replies);
    expect(await screen.findByText("A class")).toBeVisible();
    expect(document.querySelector("main img")).toBeNull();
    expect(screen.getByRole("link", { name: "See them at the registry" })).toHaveAttribute("href", "https://registry.example/modules/reading-log");
  });

  it("marks versions that nobody vouches for", async () => {
    open("/admin/modules/find/reading-log", { ...replies, "GET /admin/marketplace/modules/reading-log": ok({ ...offeredDetail, versions: offeredDetail.versions.map((each) => ({ ...each, vouched: false })) }) });
    expect(await screen.findByText("No signed metadata of the registry names this version")).toBeVisible();
  });
});

describe("installing", () => {
  it("needs consent, does what was agreed to, shows how far it is, and leads to the settings", async () => {
    let now = operation();
    const asked = await openInstall({ "POST /admin/module-operations": ok(operation(), {}, 202), "GET /admin/module-operations/o1": () => ok(now)() });
    expect(dialog().getByText(/This publisher is new here/)).toBeVisible();
    await install();
    expect(await dialog().findByText("Please agree first: nothing is granted without you.")).toBeVisible();
    expect(sent(asked, "POST", "/admin/module-operations")).toHaveLength(0);
    await agree();
    await install();
    expect(await dialog().findByRole("progressbar", { name: "Download of reading-log" })).toHaveAttribute("value", "512");
    const [start] = sent(asked, "POST", "/admin/module-operations");
    expect(start?.body).toEqual({ plan: { install: [{ name: "reading-log" }] }, plan_id: "plan-1", consent: true });
    expect(start?.headers.get("Idempotency-Key")).toMatch(/^[0-9a-f-]{36}$/);
    now = operation({ state: "done", steps: [{ name: "reading-log", to: "1.2.0", state: "done", phase: "done", bytes_done: 1536, bytes: 1536 }], ended_at: "2026-03-02T08:01:00Z" });
    expect(await dialog().findByText("Everything is installed.")).toBeVisible();
    expect(dialog().getByRole("link", { name: "Set up reading-log" })).toHaveAttribute("href", "/admin/module-settings?module=reading-log");
  });

  it("asks for the plan of the version and channel that are chosen", async () => {
    const asked = await openInstall();
    await userEvent.selectOptions(dialog().getByLabelText("Channel"), "beta");
    await userEvent.selectOptions(dialog().getByLabelText("Version"), await dialog().findByRole("option", { name: "2.0.0-beta.1 (beta)" }));
    await waitFor(() => expect(sent(asked, "POST", "/admin/module-plans").at(-1)?.body).toEqual({ install: [{ name: "reading-log", channel: "beta", version: "2.0.0-beta.1" }] }));
    expect(dialog().getByRole("option", { name: "1.1.0 (does not run here)" })).toBeDisabled();
  });

  it("shows the new plan when it has become another one, and wants consent to that", async () => {
    let current = plan;
    const asked = await openInstall({
      "POST /admin/module-plans": () => ok(current)(),
      "POST /admin/module-operations": ({ body }) => ((body as { plan_id: string }).plan_id === "plan-2" ? ok(operation(), {}, 202)() : failed(409, "PLAN_CHANGED")()),
      "GET /admin/module-operations/o1": ok(operation()),
    });
    current = { ...plan, id: "plan-2", steps: [{ ...step, to: "1.2.1", permissions: [...step.permissions, { name: "sql", reason: "", grants: ["sql"], text: "It has tables of its own.", new: true }] }] };
    await agree();
    await install();
    expect(await dialog().findByText("The plan has changed meanwhile")).toBeVisible();
    expect(dialog().getByText("It has tables of its own.")).toBeVisible();
    expect(dialog().getByRole("checkbox")).not.toBeChecked();
    await agree();
    await install();
    expect(await dialog().findByRole("progressbar")).toBeVisible();
    const keys = sent(asked, "POST", "/admin/module-operations").map(({ headers }) => headers.get("Idempotency-Key"));
    expect(new Set(keys).size).toBe(2);
  });

  it("says that another installation is under way, and can be tried again", async () => {
    let busy = true;
    await openInstall({ "POST /admin/module-operations": () => (busy ? failed(409, "CONFLICT")() : ok(operation(), {}, 202)()), "GET /admin/module-operations/o1": ok(operation()) });
    await agree();
    await install();
    expect(await dialog().findByText("It failed: CONFLICT.")).toBeVisible();
    busy = false;
    await install();
    expect(await dialog().findByRole("progressbar")).toBeVisible();
  });

  it("sends a request whose answer was lost under the same name", async () => {
    let lost = true;
    const asked = await openInstall({
      "POST /admin/module-operations": () => {
        if (!lost) return ok(operation(), {}, 202)();
        lost = false;
        throw new TypeError("network");
      },
      "GET /admin/module-operations/o1": ok(operation()),
    });
    await agree();
    await install();
    expect(await dialog().findByText("No connection")).toBeVisible();
    await install();
    expect(await dialog().findByRole("progressbar")).toBeVisible();
    const keys = sent(asked, "POST", "/admin/module-operations").map(({ headers }) => headers.get("Idempotency-Key"));
    expect(keys).toHaveLength(2);
    expect(new Set(keys).size).toBe(1);
  });

  it("tells where an installation failed", async () => {
    await openInstall({
      "POST /admin/module-operations": ok(operation(), {}, 202),
      "GET /admin/module-operations/o1": ok(operation({ state: "failed", error: "The disk is full.", steps: [{ name: "reading-log", to: "1.2.0", state: "failed", phase: "failed", bytes_done: 0, bytes: 1536 }] })),
    });
    await agree();
    await install();
    expect(await dialog().findByText("The disk is full.")).toBeVisible();
    expect(dialog().getByText("It was not finished")).toBeVisible();
    expect(dialog().queryByRole("link", { name: /Set up/ })).not.toBeInTheDocument();
  });

  it("explains in the host's own words why there is no plan", async () => {
    open("/admin/modules/find/reading-log", { ...replies, "POST /admin/module-plans": failed(403, "FORBIDDEN") });
    await userEvent.click(await screen.findByRole("button", { name: "Install" }));
    expect(await dialog().findByText("This cannot be installed")).toBeVisible();
    expect(dialog().getByText("It failed: FORBIDDEN.")).toBeVisible();
    expect(dialog().queryByText(/Ask your teacher/)).not.toBeInTheDocument();
    expect(dialog().getByLabelText("Version")).toBeVisible();
    expect(dialog().queryByRole("button", { name: "Install" })).not.toBeInTheDocument();
  });

  it("marks what an upgrade asks for beyond what is granted, and what it gives up", async () => {
    const upgrade = { ...plan, steps: [{ ...step, from: "1.1.0", kind: "upgrade", permissions: [{ ...step.permissions[0]!, new: false }, { name: "sql", reason: "", grants: ["sql"], text: "It has tables of its own.", new: true }], removed_permissions: ["kv"], migrations: 2 }] };
    await openInstall({ "POST /admin/module-plans": ok(upgrade) });
    expect(dialog().getByText("What it may use: 1 permission more than before")).toBeVisible();
    const shown = [...document.querySelectorAll("dialog [data-permission]")].map((each) => [each.getAttribute("data-permission"), each.getAttribute("data-new")]);
    expect(shown).toEqual([["sql", "true"], ["http", "false"]]);
    expect(dialog().getByText("It no longer asks for: Small values of its own")).toBeVisible();
    expect(dialog().getByText("When a conversation ends")).toBeVisible();
    expect(dialog().getByText("It is told when a conversation ends. It is given the whole conversation.")).toBeVisible();
    expect(dialog().getByText(/2 migrations/)).toBeVisible();
    expect(dialog().getByRole("button", { name: "Upgrade" })).toBeVisible();
  });

  it("marks what the hooks of an upgrade give beyond what they give now, and what it is no longer asked", async () => {
    const hooks = [
      { point: "session:end", text: "It is told when a conversation ends.", change: "", new: false },
      { point: "chat:after_ai", text: "It reads each answer of the AI.", change: "So far it was not asked here.", new: true },
    ];
    await openInstall({ "POST /admin/module-plans": ok({ ...plan, steps: [{ ...step, from: "1.1.0", kind: "upgrade", hooks, removed_hooks: ["chat:on_message"] }] }) });
    expect(dialog().getByText("What it is told where it is attached to a tool: more than before at 1 point")).toBeVisible();
    const shown = [...document.querySelectorAll("dialog [data-hook]")].map((each) => [each.getAttribute("data-hook"), each.getAttribute("data-new")]);
    expect(shown).toEqual([["chat:after_ai", "true"], ["session:end", "false"]]);
    expect(dialog().getByText("So far it was not asked here.")).toBeVisible();
    expect(dialog().getByText(/^It is no longer asked: /)).toBeVisible();
  });

  it("marks no hook as new of a module that is not here yet", async () => {
    await openInstall();
    expect(document.querySelector("dialog [data-hook]")?.getAttribute("data-new")).toBe("false");
    expect(dialog().getByText("What it is told where it is attached to a tool")).toBeVisible();
  });

  it("says plainly that nobody has signed a bundle", async () => {
    await openInstall({ "POST /admin/module-plans": ok({ ...plan, warnings: ["Development mode lets it in."], steps: [{ ...step, signed: false, vouched: false }] }) });
    expect(dialog().getByText(/Nobody has signed it/)).toBeVisible();
    expect(dialog().getByText("Development mode lets it in.")).toBeVisible();
  });
});

describe("installing from a file", () => {
  const bundle = (name = "reading-log-1.2.0.rapt", text = "bytes") => new File([text], name);
  const choose = async (file: File) => {
    await userEvent.click(await screen.findByRole("button", { name: "Install from a file" }));
    await userEvent.upload(dialog().getByLabelText("Bundle"), file, { applyAccept: false });
  };

  it("shows how far it has come, then the plan of exactly that file", async () => {
    const uploads = fakeUploads();
    const asked = open("/admin/modules/find", { ...replies, "POST /admin/module-uploads": ok({ upload_id: "u-1", name: "reading-log", version: "1.2.0" }, {}, 201) });
    await choose(bundle());
    await userEvent.click(dialog().getByRole("button", { name: "Look at it" }));
    await dialog().findByRole("progressbar", { name: "Sending the file" });
    uploads.share(0.5);
    expect(await dialog().findByText("50 of 100 parts are sent.")).toBeVisible();
    uploads.release();
    expect(await screen.findByText("It reaches books.example.")).toBeVisible();
    expect(sent(asked, "POST", "/admin/module-plans").at(-1)?.body).toEqual({ upload_id: "u-1" });
    expect(dialog().queryByLabelText("Version")).not.toBeInTheDocument();
  });

  it("refuses what is no bundle, empty or too large before anything is sent", async () => {
    const asked = open("/admin/modules/find", replies);
    await choose(bundle("notes.txt"));
    expect(dialog().getByLabelText("Bundle")).toHaveAccessibleDescription(/its name has to end in \.rapt/);
    await userEvent.upload(dialog().getByLabelText("Bundle"), bundle("empty.rapt", ""));
    expect(dialog().getByLabelText("Bundle")).toHaveAccessibleDescription(/That file is empty/);
    const large = bundle("large.rapt");
    Object.defineProperty(large, "size", { value: 65 * 1024 * 1024 });
    await userEvent.upload(dialog().getByLabelText("Bundle"), large);
    await userEvent.click(dialog().getByRole("button", { name: "Look at it" }));
    expect(dialog().getByLabelText("Bundle")).toHaveAccessibleDescription(/65\.0 MiB; a bundle has at most 64 MiB/);
    expect(sent(asked, "POST", "/admin/module-uploads")).toHaveLength(0);
  });

  it("shows what the server says of the file", async () => {
    fakeUploads().release();
    open("/admin/modules/find", { ...replies, "POST /admin/module-uploads": failed(413, "PAYLOAD_TOO_LARGE") });
    await choose(bundle());
    await userEvent.click(dialog().getByRole("button", { name: "Look at it" }));
    expect(await dialog().findByText("It failed: PAYLOAD_TOO_LARGE.")).toBeVisible();
  });
});
