// SPDX-License-Identifier: AGPL-3.0-or-later
import { screen, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { describe, expect, it } from "vitest";
import { type Replies, me, ok, open, page, sent } from "@/test/app";

const at = "2026-03-02T08:00:00Z";
const finding = (more: object) => ({ id: "f1", session_id: "s1", run_id: null, module: "watch", type: "struggle", data: { level: "high" }, created_at: at, message_seq: 3, user: { id: "u2", name: "Bart" }, tool: { id: "t", name: "Tutor" }, assignment: { id: "a1", name: "Fractions" }, ...more });
const sum = (more: object) => ({ module: "watch", type: "struggle", count: 3, people: 2, last_at: at, ...more });
const assignment = { id: "a1", name: "Fractions", instructions: "", class: { id: "c1", name: "Algebra" }, tool: { id: "t", name: "Tutor", type: "chat" }, available_at: null, due_at: null, closes_at: null, state: "open" };
const replies: Replies = {
  "GET /auth/me": ok(me(["teacher"])),
  "GET /classes/c1": ok({ id: "c1", name: "Algebra" }),
  "GET /classes/c1/members": page([{ user: { id: "u1", name: "Ada" }, role: "teacher" }, { user: { id: "u2", name: "Bart" }, role: "student" }]),
  "GET /assignments": page([assignment]),
  "GET /extractions/types": page([{ module: "watch", type: "struggle", title: "A student struggles", description: "" }]),
  "GET /classes/c1/extractions": page([finding({}), finding({ id: "f2", type: "odd-thing", session_id: null, run_id: "r1", assignment: null, message_seq: null })]),
  "GET /classes/c1/extractions/summary": page([sum({}), sum({ type: "odd-thing", count: 1, people: 1 })]),
  "GET /assignments/a1/extractions": page([]),
  "GET /assignments/a1/extractions/summary": page([]),
};

describe("findings of a class", () => {
  it("are called as their module calls them, and lead to where they were found", async () => {
    open("/classes/c1/findings", replies);
    const list = await screen.findByRole("list", { name: "Findings" });
    const [first, second] = within(list).getAllByRole("listitem").filter((item) => item.parentElement === list);
    expect(await within(first!).findByText("A student struggles")).toBeVisible();
    expect(within(first!).getByText("Bart")).toBeVisible();
    expect(within(first!).getByRole("link", { name: "Conversation" })).toHaveAttribute("href", "/teaching/sessions/s1#message-3");
    expect(within(second!).getByText("Odd thing")).toBeVisible();
    expect(within(second!).getByRole("link", { name: "Result" })).toHaveAttribute("href", "/runs/r1");
    expect(screen.getByRole("button", { name: /A student struggles 3 findings, 2 students/ })).toBeVisible();
    expect(screen.getByRole("link", { name: "Download as CSV" })).toHaveAttribute("href", "/api/v1/classes/c1/extractions/export");
  });

  it("are narrowed by type and student, in the address and in what is asked", async () => {
    const asked = open("/classes/c1/findings", replies);
    await userEvent.click(await screen.findByRole("button", { name: /A student struggles/ }));
    await userEvent.selectOptions(await screen.findByLabelText("Student"), "Bart");
    expect(within(screen.getByLabelText("Student")).queryByText("Ada")).not.toBeInTheDocument();
    await screen.findByRole("list", { name: "Findings" });
    const last = sent(asked, "GET", "/classes/c1/extractions").at(-1)!;
    expect(Object.fromEntries(last.query)).toMatchObject({ module: "watch", type: "struggle", user_id: "u2" });
    expect(window.location.search).toContain("user_id=u2");
    expect(screen.getByLabelText("Type")).toHaveValue("watch/struggle");
  });

  it("lead to those of an assignment, which may be none", async () => {
    open("/classes/c1/findings", replies);
    await userEvent.selectOptions(await screen.findByLabelText("Assignment"), "Fractions");
    expect(await screen.findByText("Nothing has been found yet")).toBeVisible();
    expect(screen.getByRole("heading", { name: "Findings in Fractions" })).toBeVisible();
    expect(screen.getByRole("link", { name: /Everything in Algebra/ })).toBeVisible();
  });

  it("are not a student's to see", async () => {
    open("/classes/c1/findings", { ...replies, "GET /auth/me": ok(me(["student"])) });
    expect(await screen.findByText("No tracks lead here")).toBeVisible();
  });
});
