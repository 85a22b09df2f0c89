// SPDX-License-Identifier: AGPL-3.0-or-later
import { screen, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { describe, expect, it } from "vitest";
import type { Part } from "@/api/panels";
import { type Replies, failed, me, ok, open, page, sent } from "@/test/app";

const panel = { module: "reading-log", module_title: "Reading log", id: "entries", title: "What was read", place: "home" };
const home: Replies = {
  "GET /auth/me": ok(me()),
  "GET /assignments": page([]),
  "GET /tools": page([]),
  "GET /sessions": page([]),
  "GET /runs": page([]),
  "GET /panels": page([panel]),
};
const answers = (...parts: Part[]): Replies => ({ ...home, "GET /modules/reading-log/panels/entries": ok({ ...panel, parts, empty: null }) });
const shown = async () => within(await screen.findByRole("region", { name: "What was read" }));

describe("panels", () => {
  it("show figures with their unit, note and tone in words", async () => {
    const asked = open("/", answers({ kind: "counters", title: "Today", items: [{ label: "Pages", value: 1234.5, unit: "read", note: "since Monday", tone: "bad" }, { label: "Newest", value: "Momo", unit: null, note: null, tone: "neutral" }] }));
    const region = await shown();
    expect(await region.findByText("1,234.5")).toHaveTextContent("1,234.5read");
    expect(region.getByText("Pages")).toHaveTextContent("Pages: Bad");
    expect(region.getByText("since Monday")).toBeVisible();
    expect(region.getByRole("heading", { name: "Today", level: 3 })).toBeVisible();
    expect(Object.fromEntries(sent(asked, "GET", "/panels")[0]!.query)).toEqual({ place: "home" });
  });

  it("sort a table up, down, and back; numbers stand right, what is missing comes last", async () => {
    open("/", answers({ kind: "table", title: "Students", columns: [{ label: "Name", align: "left" }, { label: "Pages", align: "left" }], rows: [["Zoe", 9], ["Ann", null], ["bob", 10]], more: 4 }));
    const region = await shown();
    const names = () => within(region.getByRole("table", { name: "Students" })).getAllByRole("row").slice(1).map((row) => row.firstElementChild!.textContent);
    const pages = await region.findByRole("columnheader", { name: "Pages" });
    expect(names()).toEqual(["Zoe", "Ann", "bob"]);
    await userEvent.click(within(pages).getByRole("button"));
    expect(pages).toHaveAttribute("aria-sort", "ascending");
    expect(names()).toEqual(["Zoe", "bob", "Ann"]);
    await userEvent.click(within(pages).getByRole("button"));
    expect(names()).toEqual(["bob", "Zoe", "Ann"]);
    await userEvent.click(within(pages).getByRole("button"));
    expect(names()).toEqual(["Zoe", "Ann", "bob"]);
    await userEvent.click(region.getByRole("button", { name: "Name" }));
    expect(names()).toEqual(["Ann", "bob", "Zoe"]);
    expect(region.getByRole("cell", { name: "10" })).toHaveClass("text-right");
    expect(region.getByText(/4 more rows/)).toBeVisible();
  });

  it("show the first rows of a long table, and all when asked", async () => {
    open("/", answers({ kind: "table", title: null, columns: [{ label: "N", align: "right" }], rows: Array.from({ length: 30 }, (_, index) => [index]), more: 0 }));
    const region = await shown();
    await userEvent.click(await region.findByRole("button", { name: "Show all 30 rows" }));
    expect(region.getAllByRole("row")).toHaveLength(31);
    expect(region.queryByRole("button", { name: /Show all/ })).not.toBeInTheDocument();
  });

  it("read a chart by the arrow keys, and as a table", async () => {
    open("/", answers({ kind: "chart", title: "Pages a day", form: "bar", x: ["Mon", "Tue", "Wed"], series: [{ label: "Pages", values: [3, null, 5] }], unit: "pages" }));
    const region = await shown();
    const chart = await region.findByRole("slider", { name: /Pages a day: 3 points/ });
    chart.focus();
    await userEvent.keyboard("{ArrowRight}{ArrowRight}");
    expect(chart).toHaveAttribute("aria-valuetext", "Tue: Pages none");
    await userEvent.keyboard("{End}");
    expect(chart).toHaveAttribute("aria-valuetext", "Wed: Pages 5 pages");
    expect(chart.querySelectorAll("rect[rx]")).toHaveLength(2);
    await userEvent.click(region.getByRole("button", { name: "Show as a table" }));
    expect(within(region.getByRole("table")).getByRole("columnheader", { name: "Pages (pages)" })).toBeVisible();
    expect(region.getByRole("cell", { name: "5" })).toBeVisible();
  });

  it("draw a line with its gaps, and say when there are no values", async () => {
    open("/", answers({ kind: "chart", title: null, form: "line", x: ["a", "b", "c", "d"], series: [{ label: "s", values: [1, 2, null, 4] }], unit: null }, { kind: "chart", title: "Nothing", form: "line", x: ["a"], series: [{ label: "s", values: [null] }], unit: null }));
    const region = await shown();
    const chart = await region.findByRole("slider");
    expect(chart.querySelectorAll("polyline")).toHaveLength(1);
    expect(chart.querySelectorAll("circle")).toHaveLength(1);
    expect(region.getByText("No values yet.")).toBeVisible();
  });

  it("show a text without markup, pictures and ways out", async () => {
    open("/", answers({ kind: "text", title: null, text: "**Bold** <b id=x>raw</b> [in](/teaching) [out](https://a.example) [odd](//a.example) ![p](/p.png) https://b.example" }));
    const region = await shown();
    expect(await region.findByText("Bold")).toBeVisible();
    expect(region.getByRole("link", { name: "in" })).toHaveAttribute("href", "/teaching");
    expect(region.getAllByRole("link")).toHaveLength(1);
    expect(region.queryByRole("img")).not.toBeInTheDocument();
    expect(document.querySelector("#x")).toBeNull();
    expect(region.getByText("out")).toBeVisible();
  });

  it("say what the module says where there is nothing", async () => {
    open("/", { ...home, "GET /modules/reading-log/panels/entries": ok({ ...panel, parts: [], empty: "Nobody has read yet." }) });
    expect(await (await shown()).findByText("Nobody has read yet.")).toBeVisible();
  });

  it("fail alone: the page stays, and asking again may help", async () => {
    let times = 0;
    open("/", { ...home, "GET /modules/reading-log/panels/entries": () => (++times === 1 ? failed(502, "MODULE_FAILED")() : ok({ ...panel, parts: [], empty: "Here" })()) });
    const region = await shown();
    expect(await region.findByText(/It failed: MODULE_FAILED/)).toBeVisible();
    expect(screen.getByRole("heading", { name: "Hello, Ada" })).toBeVisible();
    await userEvent.click(region.getByRole("button", { name: "Refresh What was read" }));
    expect(await region.findByText("Here")).toBeVisible();
  });

  it("are asked for by the class that is chosen", async () => {
    const asked = open("/teaching?class_id=c1", { ...home, "GET /auth/me": ok(me(["teacher"])), "GET /panels": page([]) });
    expect(await screen.findByRole("heading", { name: "Conversations" })).toBeVisible();
    await screen.findByText("No conversations match");
    expect(Object.fromEntries(sent(asked, "GET", "/panels")[0]!.query)).toEqual({ place: "class", place_id: "c1" });
  });
});
