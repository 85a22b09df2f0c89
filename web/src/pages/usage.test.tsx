// SPDX-License-Identifier: AGPL-3.0-or-later
import { screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { describe, expect, it } from "vitest";
import { daysOf, eachDay } from "@/lib/days";
import { type Replies, failed, me, ok, open, page, sent } from "@/test/app";

const figures = { requests: 40, unanswered: 2, estimated: 0, unpriced: 3, input_tokens: 9000, output_tokens: 3000, total_tokens: 12_000, cost: "12.50000000", latency_ms: 1500 };
const before = { ...figures, requests: 20, cost: "25.00000000", from: "2026-10-01", to: "2026-10-31" };
const today = daysOf("this-month").to;
const replies: Replies = {
  "GET /auth/me": ok(me(["group_admin"])),
  "GET /groups": page([{ id: "g1", parent_id: null, name: "Springfield", type: "district" }]),
  "GET /admin/ai/usage/summary": ok({ ...figures, before }),
  "GET /admin/ai/usage/by-day": page([{ ...figures, day: today }]),
  "GET /admin/ai/usage/by-model": page([{ ...figures, model: "m/one", name: null }]),
  "GET /admin/ai/usage/by-tool": page([{ ...figures, tool_id: null, name: null }]),
  "GET /admin/ai/usage/by-module": page([{ ...figures, cost: "1.25000000", module: "lesson-helper", name: "lesson-helper" }]),
  "GET /admin/ai/usage/by-group": page([{ ...figures, group_id: "g1", name: "Springfield" }]),
  "GET /admin/ai/usage/by-user": ({ query }) => (query.get("cursor") ? page([{ ...figures, user_id: "u2", name: null }])() : page([{ ...figures, user_id: "u1", name: "Bart" }], "c2")()),
};

describe("AI usage", () => {
  it("tells cost and requests beside the period before, and what the cost does not hold", async () => {
    open("/admin/ai/usage", replies);
    expect(await screen.findByText("$12.50", { selector: "dd" })).toBeVisible();
    expect(screen.getByText("−50 %")).toBeVisible();
    expect(screen.getByText("+100 %")).toBeVisible();
    expect(screen.getByText(/The price of 3 requests was not known/)).toBeVisible();
    const models = within(await screen.findByRole("table", { name: "Usage by model" }));
    expect(models.getByRole("rowheader", { name: "m/one" })).toBeVisible();
    const days = within(await screen.findByRole("table", { name: "Usage by day" }));
    expect(days.getAllByRole("rowheader")).toHaveLength(eachDay(daysOf("this-month")).length);
  });

  it("asks for the chosen period and group, and exports the same", async () => {
    const asked = open("/admin/ai/usage", replies);
    await userEvent.selectOptions(await screen.findByLabelText("Period"), "Last month");
    await userEvent.selectOptions(screen.getByLabelText("Group"), await screen.findByRole("option", { name: "Springfield" }));
    const days = daysOf("last-month");
    await waitFor(() => expect(Object.fromEntries(sent(asked, "GET", "/admin/ai/usage/summary").at(-1)!.query)).toEqual({ ...days, group_id: "g1" }));
    const href = new URL(screen.getByRole("link", { name: "Export as CSV" }).getAttribute("href")!, location.href);
    expect(href.pathname).toBe("/api/v1/admin/ai/usage/export");
    expect(Object.fromEntries(href.searchParams)).toEqual({ ...days, group_id: "g1" });
  });

  it("tells what each module asked for by itself, and narrows everything to one", async () => {
    const asked = open("/admin/ai/usage?period=last-month&group=g1", replies);
    const modules = within(await screen.findByRole("table", { name: "Usage by module" }));
    expect(modules.getByRole("row", { name: /lesson-helper 40.*12,000 \$1\.25/ })).toBeVisible();
    await userEvent.click(modules.getByRole("link", { name: "lesson-helper" }));
    expect(await screen.findByText("Only what the module lesson-helper has asked for by itself")).toBeVisible();
    const wanted = { ...daysOf("last-month"), group_id: "g1", module: "lesson-helper" };
    for (const report of ["summary", "by-day"]) await waitFor(() => expect(Object.fromEntries(sent(asked, "GET", `/admin/ai/usage/${report}`).at(-1)!.query)).toEqual(wanted));
    await waitFor(() => expect(sent(asked, "GET", "/admin/ai/usage/by-group").at(-1)!.query.get("module")).toBe("lesson-helper"));
    const href = new URL(screen.getByRole("link", { name: "Export as CSV" }).getAttribute("href")!, location.href);
    expect(Object.fromEntries(href.searchParams)).toEqual(wanted);
    expect(screen.queryByRole("heading", { name: "By module" })).not.toBeInTheDocument();
    await userEvent.click(screen.getByRole("button", { name: "Show everything" }));
    await waitFor(() => expect(screen.queryByText(/Only what the module/)).not.toBeInTheDocument());
    expect(new URLSearchParams(location.search).get("group")).toBe("g1");
  });

  it("says when no module has asked for anything", async () => {
    open("/admin/ai/usage", { ...replies, "GET /admin/ai/usage/by-module": page([]) });
    expect(await screen.findByText("No module has asked for anything by itself")).toBeVisible();
  });

  it("names people who are shown, and shows more when asked", async () => {
    open("/admin/ai/usage", replies);
    const people = within(await screen.findByRole("table", { name: "Usage by person" }));
    expect(people.getByRole("rowheader", { name: "Bart" })).toBeVisible();
    await userEvent.click(screen.getByRole("button", { name: "Show more" }));
    expect(await people.findByRole("rowheader", { name: "Somebody who is not shown" })).toBeVisible();
  });

  it("says when nothing was used, and when it cannot be told", async () => {
    open("/admin/ai/usage", { ...replies, "GET /admin/ai/usage/summary": ok({ ...figures, requests: 0, before }) });
    expect(await screen.findByText("Nothing was used in this period")).toBeVisible();
  });

  it("says when it cannot be told", async () => {
    open("/admin/ai/usage", { ...replies, "GET /admin/ai/usage/summary": failed(403, "FORBIDDEN") });
    expect(await screen.findByText(/It failed: FORBIDDEN/)).toBeVisible();
  });

  it("is for teachers without the choice of a group", async () => {
    open("/admin/ai/usage", { ...replies, "GET /auth/me": ok(me(["teacher"])) });
    expect(await screen.findByRole("heading", { name: "AI usage" })).toBeVisible();
    expect(screen.queryByLabelText("Group")).not.toBeInTheDocument();
  });

  it("is hidden from students", async () => {
    open("/admin/ai/usage", { ...replies, "GET /auth/me": ok(me(["student"])) });
    expect(await screen.findByRole("heading", { name: "No tracks lead here" })).toBeVisible();
  });
});

describe("periods", () => {
  it("end today or with the month before", () => {
    const at = new Date(2026, 2, 31);
    expect(daysOf("this-month", at)).toEqual({ from: "2026-03-01", to: "2026-03-31" });
    expect(daysOf("last-month", at)).toEqual({ from: "2026-02-01", to: "2026-02-28" });
    expect(daysOf("7-days", at)).toEqual({ from: "2026-03-25", to: "2026-03-31" });
    expect(eachDay({ from: "2026-02-27", to: "2026-03-01" })).toEqual(["2026-02-27", "2026-02-28", "2026-03-01"]);
  });
});
