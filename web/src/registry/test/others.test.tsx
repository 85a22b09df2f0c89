// SPDX-License-Identifier: AGPL-3.0-or-later
import { screen, within } from "@testing-library/react";
import { describe, expect, it } from "vitest";
import { ok, page, sent } from "@/test/fake-api";
import { openRegistry } from "./app";

describe("a publisher", () => {
  it("is shown with its modules and its keys", async () => {
    const keys = [
      { key_id: "0123456789abcdef", label: "desk", added_at: "2026-01-01T08:00:00Z", revoked_at: null },
      { key_id: "fedcba9876543210", label: "laptop", added_at: "2026-01-01T08:00:00Z", revoked_at: "2026-02-01T08:00:00Z" },
    ];
    const asked = openRegistry("/publishers/library", { "GET /publishers/library": ok({ name: "library", title: "The Library", url: "https://library.example/", since: "2026-01-01T08:00:00Z", reviewed: true, modules: 1, keys }) });
    expect(await screen.findByRole("heading", { level: 1, name: "The Library" })).toBeVisible();
    expect(screen.getByRole("link", { name: "https://library.example/" })).toHaveAttribute("rel", "noopener noreferrer nofollow");
    expect(within(screen.getByText("fedcba9876543210").closest("li")!).getByText(/^Revoked/)).toBeVisible();
    expect(await screen.findByRole("link", { name: "Reading log" })).toBeVisible();
    expect(sent(asked, "GET", "/modules")[0]?.query.get("publisher")).toBe("library");
  });
});

describe("tools", () => {
  const tool = { id: "t1", publisher: "library", name: "Book club", type: "chat", subject: "reading", grade_level: "3-5", description: "Talks about a book.", modules: ["reading-log"], downloads: 3, created_at: "2026-01-01T08:00:00Z", updated_at: "2026-01-01T08:00:00Z" };

  it("are listed by kind", async () => {
    const asked = openRegistry("/tools?type=chat", { "GET /tools": page([tool]) });
    expect(await screen.findByRole("link", { name: "Book club" })).toHaveAttribute("href", "/tools/t1");
    expect(sent(asked, "GET", "/tools")[0]?.query.get("type")).toBe("chat");
  });

  it("can be read, copied and downloaded as they are", async () => {
    const yaml = "name: Book club\ntype: chat\n# <b>100 %</b>\n";
    openRegistry("/tools/t1", { "GET /tools/t1": ok({ ...tool, yaml }) });
    expect((await screen.findByLabelText("The tool in YAML")).textContent).toBe(yaml);
    const link = screen.getByRole("link", { name: "Download" });
    expect(link).toHaveAttribute("download", "book-club.yaml");
    expect(decodeURIComponent(link.getAttribute("href")!.split(",")[1]!)).toBe(yaml);
    expect(screen.getByRole("button", { name: "Copy" })).toBeVisible();
  });
});

describe("advisories, releases and addresses that lead nowhere", () => {
  it("says that there are no advisories", async () => {
    openRegistry("/advisories", { "GET /advisories": page([]) });
    expect(await screen.findByText("There are none")).toBeVisible();
  });

  it("tells of the platform's own faults", async () => {
    openRegistry("/advisories", { "GET /advisories": page([{ id: "RA-2026-0002", module: null, affected: "<2.0.0", fixed: "", severity: "critical", title: "Logins", text: "", url: "", published_at: "2026-01-01T08:00:00Z" }]) });
    expect(await screen.findByText(/the platform itself, versions <2\.0\.0/)).toBeVisible();
    expect(screen.getByText("No version mends it yet.")).toBeVisible();
  });

  it("shows how far a release has come and why one is halted", async () => {
    const release = { channel: "stable", files: [], image: "", notes: "", min_from: "", published_at: "2026-01-01T08:00:00Z" };
    openRegistry("/releases", { "GET /releases": page([{ ...release, version: "2.0.0", rollout_percent: 10, halted_because: null }, { ...release, version: "1.9.0", rollout_percent: 50, halted_because: "Hosts did not come back." }]) });
    expect(await screen.findByText("For 10 of 100 instances so far")).toBeVisible();
    expect(screen.getByText("Hosts did not come back.")).toBeVisible();
  });

  it("has a page for addresses that lead nowhere", async () => {
    openRegistry("/no/such/page");
    expect(await screen.findByRole("heading", { name: "No tracks lead here" })).toBeVisible();
  });
});
