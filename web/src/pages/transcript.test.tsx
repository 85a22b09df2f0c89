// SPDX-License-Identifier: AGPL-3.0-or-later
import { screen, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { describe, expect, it } from "vitest";
import type { Extraction, Message } from "@/api/types";
import { type Replies, me, ok, open, page } from "@/test/app";

const at = "2026-03-02T08:00:00Z";
const message = (seq: number, role: Message["role"], content: string, more: Partial<Message> = {}): Message => ({ id: `m${seq}`, role, content, seq, created_at: at, meta: {}, ...more });
const current = [message(3, "user", "a better question"), message(4, "assistant", "a better answer")];
const replaced = [message(1, "user", "a rash question", { replaced_at: at }), message(2, "assistant", "a rash answer", { replaced_at: at, meta: { stopped: true } })];
const session = { id: "s1", tool: { id: "t", name: "Tutor", type: "chat" }, tool_version: "1", assignment_id: null, state: "completed", started_at: at, ended_at: at, user: { id: "u2", name: "Bart" } };
const note = (more: Partial<Extraction>): Extraction => ({ id: "e", session_id: "s1", run_id: null, module: "core", type: "session.summary", data: {}, created_at: at, message_seq: null, ...more });
const replies: Replies = {
  "GET /auth/me": ok(me(["teacher"])),
  "GET /sessions/s1": ({ query }) => ok({ ...session, messages: query.get("include") === "replaced" ? [...replaced, ...current] : current })(),
};

describe("a student's conversation", () => {
  it("begins with its summary, which is no note of a module", async () => {
    const notes = [note({ id: "e1", data: { summary: "Bart found **x**." } }), note({ id: "e2", module: "struggle-detector", type: "struggle", data: { level: 2 }, message_seq: 3 })];
    open("/teaching/sessions/s1", { ...replies, "GET /sessions/s1/extractions": page(notes) });
    const heading = await screen.findByRole("heading", { name: "Summary" });
    expect(within(heading.parentElement!).getByText(/Bart found/)).toBeVisible();
    expect(screen.getByText("1 note")).toBeVisible();
    expect(document.querySelectorAll("[data-extraction]")).toHaveLength(1);
  });

  it("shows what was replaced when the teacher asks for it, with the notes about it", async () => {
    open("/teaching/sessions/s1", { ...replies, "GET /sessions/s1/extractions": page([note({ module: "struggle-detector", type: "struggle", message_seq: 1 })]) });
    expect(await screen.findByText("a better answer")).toBeVisible();
    expect(screen.queryByText("a rash question")).not.toBeInTheDocument();
    expect(screen.queryByLabelText("Notes about the whole conversation")).not.toBeInTheDocument();
    expect(document.querySelectorAll("[data-extraction]")).toHaveLength(1);
    await userEvent.click(screen.getByRole("button", { name: "Show earlier versions" }));
    expect(await screen.findByText("a rash question")).toBeVisible();
    expect(screen.getByText("Bart, earlier version")).toBeVisible();
    expect(screen.getByText("The reader stopped this answer.")).toBeVisible();
    expect(screen.queryByRole("button", { name: /Edit|Regenerate/ })).not.toBeInTheDocument();
  });
});
