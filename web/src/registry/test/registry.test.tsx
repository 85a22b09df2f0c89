// SPDX-License-Identifier: AGPL-3.0-or-later
import { screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { describe, expect, it } from "vitest";
import { failed, ok, page, sent } from "@/test/fake-api";
import { summary, version } from "@/test/market";
import { detail, listed, openRegistry } from "./app";

const parameters = (query: URLSearchParams | undefined) => Object.fromEntries(query ?? []);

describe("the list of modules", () => {
  it("narrows by what is typed and chosen, and keeps it in the address", async () => {
    const asked = openRegistry("/");
    expect(await screen.findByRole("link", { name: "Reading log" })).toHaveAttribute("href", "/modules/reading-log");
    expect(screen.getByText(/by The Library · Insight for teachers · version 1\.2\.0/)).toBeVisible();
    await userEvent.type(screen.getByLabelText("Search"), "books");
    await userEvent.selectOptions(screen.getByLabelText("Category"), await screen.findByRole("option", { name: "Insight for teachers (1)" }));
    await userEvent.selectOptions(screen.getByLabelText("Hook"), "chat:after_ai");
    await userEvent.selectOptions(screen.getByLabelText("May use"), "The internet");
    await userEvent.selectOptions(screen.getByLabelText("Order"), "Best rating");
    await userEvent.type(screen.getByLabelText("Runs on ABI"), "1.2");
    const chosen = { q: "books", category: "analytics", hook: "chat:after_ai", permission: "http", sort: "rating", abi: "1.2" };
    await waitFor(() => expect(parameters(sent(asked, "GET", "/modules").at(-1)?.query)).toEqual({ limit: "20", ...chosen }));
    expect(parameters(new URLSearchParams(window.location.search.replaceAll("%22", "")))).toEqual(chosen);
  });

  it("starts from the address", async () => {
    const asked = openRegistry("/?q=log&permission=sql");
    expect(await screen.findByLabelText("Search")).toHaveValue("log");
    expect(screen.getByLabelText("May use")).toHaveValue("sql");
    expect(parameters(sent(asked, "GET", "/modules")[0]?.query)).toEqual({ limit: "20", q: "log", permission: "sql" });
  });

  it("does not ask for half a version of the ABI", async () => {
    const asked = openRegistry("/");
    await userEvent.type(await screen.findByLabelText("Runs on ABI"), "1.");
    expect(screen.getByLabelText("Runs on ABI")).toHaveAccessibleDescription("Two numbers, such as 1.2.");
    expect(sent(asked, "GET", "/modules").every(({ query }) => !query.has("abi"))).toBe(true);
  });

  it("shows more pages when asked", async () => {
    openRegistry("/", { "GET /modules": ({ query }) => (query.get("cursor") === "c2" ? page([{ ...summary, name: "quiz", title: "Quiz" }])() : page([summary], "c2")()) });
    await userEvent.click(await screen.findByRole("button", { name: "Show more" }));
    expect(await screen.findByRole("link", { name: "Quiz" })).toBeVisible();
    expect(screen.getByRole("link", { name: "Reading log" })).toBeVisible();
  });

  it("tells an empty registry from a search without a result", async () => {
    openRegistry("/?q=nothing", { "GET /modules": page([]) });
    expect(await screen.findByText("No module matches")).toBeVisible();
  });

  it("says what failed and asks again", async () => {
    let away = true;
    openRegistry("/", { "GET /modules": () => (away ? failed(503, "SERVICE_UNAVAILABLE")() : page([summary])()) });
    const again = await screen.findByRole("button", { name: "Try again" });
    expect(screen.getByText("It failed: SERVICE_UNAVAILABLE.")).toBeVisible();
    away = false;
    await userEvent.click(again);
    expect(await screen.findByRole("link", { name: "Reading log" })).toBeVisible();
  });
});

describe("a module", () => {
  it("is shown with what it may use, what the checks found and what it needs", async () => {
    openRegistry("/modules/reading-log");
    expect(await screen.findByRole("heading", { level: 1, name: "Reading log" })).toBeVisible();
    expect(await screen.findByText("It has this host fetch from the internet. It reaches books.example.")).toBeVisible();
    expect(screen.getByText("Its own words: “It looks up books.”")).toBeVisible();
    expect(screen.getByText("38 of 38 cases")).toBeVisible();
    expect(screen.getByRole("link", { name: "safety-filter" })).toHaveAttribute("href", "/modules/safety-filter");
    expect(screen.getByRole("link", { name: "The Library" })).toHaveAttribute("href", "/publishers/library");
    expect(screen.getByLabelText("Command")).toHaveTextContent("rapt module install reading-log");
    expect(await screen.findByText(/Faster/)).toBeVisible();
    expect(document.querySelector("main script")).toBeNull();
  });

  it("takes its pictures from the registry, whatever address is told", async () => {
    openRegistry("/modules/reading-log");
    expect(await screen.findByRole("img", { name: "A class" })).toHaveAttribute("src", "/api/modules/reading-log/screenshots/2");
  });

  it("marks what speaks against a version, and shows another one when it is chosen", async () => {
    openRegistry("/modules/reading-log", { "GET /modules/reading-log/versions/1.1.0": ok(detail("1.1.0", { yanked: { because: "It forgets books.", at: "2026-03-01T08:00:00Z" } })) });
    const old = within((await screen.findByRole("link", { name: "1.1.0" })).closest("li")!);
    expect(old.getByText("Yanked")).toBeVisible();
    expect(old.getByText("1 advisory")).toBeVisible();
    await userEvent.click(old.getByRole("link", { name: "1.1.0" }));
    expect(await screen.findByText("Version 1.1.0 was taken back")).toBeVisible();
    expect(screen.getByLabelText("Command")).toHaveTextContent("rapt module install reading-log@1.1.0");
  });

  it("shows the advisories that hold for it", async () => {
    const advisory = { id: "RA-2026-0001", module: "reading-log", affected: "<1.2.0", fixed: "1.2.0", severity: "high", title: "It tells too much", text: "Names are logged.", url: "javascript:alert(1)", published_at: "2026-03-01T08:00:00Z" };
    const asked = openRegistry("/modules/reading-log", { "GET /modules/reading-log": ok({ ...listed, advisories: 1 }), "GET /advisories": page([advisory]) });
    const card = within((await screen.findByText("It tells too much")).closest("[data-advisory]") as HTMLElement);
    expect(card.getByText("Mended in version 1.2.0.")).toBeVisible();
    expect(card.queryByRole("link", { name: /javascript/ })).not.toBeInTheDocument();
    expect(sent(asked, "GET", "/advisories")[0]?.query.get("module")).toBe("reading-log");
  });

  it("asks for older versions only when somebody wants them", async () => {
    const asked = openRegistry("/modules/reading-log", { "GET /modules/reading-log": ok({ ...listed, more_versions: true }), "GET /modules/reading-log/versions": page([version("0.1.0")]) });
    await userEvent.click(await screen.findByRole("button", { name: "Show older ones too" }));
    expect(await screen.findByRole("link", { name: "0.1.0" })).toBeVisible();
    expect(sent(asked, "GET", "/modules/reading-log/versions")).toHaveLength(1);
  });

  it("says so when there is none of that name", async () => {
    openRegistry("/modules/nobody", { "GET /modules/nobody": failed(404, "NOT_FOUND") });
    expect(await screen.findByText("Not found")).toBeVisible();
  });
});
