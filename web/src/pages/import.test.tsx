// SPDX-License-Identifier: AGPL-3.0-or-later
import { screen, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { describe, expect, it } from "vitest";
import type { Import } from "@/api/users";
import { type Replies, failed, me, ok, open, page, sent } from "@/test/app";

const csv = new File(["email,name\nbart@springfield.example,Bart\n"], "users.csv", { type: "text/csv" });
const trial: Import = { id: "i1", dry_run: true, invite: false, state: "waiting", total: 0, done: 0, created: 0, updated: 0, unchanged: 0, faulty: 0, error: null, created_at: "2026-03-01T08:00:00Z", finished_at: null };
const counts = { total: 3, done: 3, created: 2, faulty: 1 };
const finished: Import = { ...trial, ...counts, state: "complete" };
const faulty = { line: 3, outcome: "faulty", email: "bart@", user_id: null, faults: [{ path: "email", message: "is not an email address" }] };

const replies: Replies = {
  "GET /auth/me": ok(me(["group_admin"])),
  "GET /admin/users/imports": page([]),
  "GET /admin/users/imports/i1": ok(finished),
  "GET /admin/users/imports/i1/lines": page([faulty]),
};

describe("importing users", () => {
  it("tries the file out, shows faulty lines, then imports the same file", async () => {
    let state: Import["state"] = "running";
    const asked = open("/admin/users/import", {
      ...replies,
      "POST /admin/users/import": ({ query }) => (query.get("dry_run") === "true" ? ok(trial, {}, 202)() : ok({ ...trial, id: "i2", dry_run: false }, {}, 202)()),
      "GET /admin/users/imports/i1": () => {
        const found = state === "running" ? { ...trial, state, total: 3, done: 1 } : finished;
        state = "complete";
        return ok(found)();
      },
      "GET /admin/users/imports/i2": ok({ ...finished, id: "i2", dry_run: false }),
      "GET /admin/users/imports/i2/lines": page([]),
    });
    await userEvent.upload(await screen.findByLabelText("File with users (CSV)"), csv);
    await userEvent.click(screen.getByRole("button", { name: "Try it out" }));
    expect(await screen.findByRole("progressbar")).toHaveValue(1);
    expect(screen.queryByRole("button", { name: "Import for real" })).not.toBeInTheDocument();
    expect(await screen.findByText("Trial run finished: nothing was changed")).toBeVisible();
    expect(await screen.findByText("is not an email address")).toBeVisible();
    expect(window.location.search).toBe("?id=i1");
    await userEvent.click(screen.getByLabelText(/Mail an invitation/));
    await userEvent.click(screen.getByRole("button", { name: "Import for real" }));
    const dialog = within(screen.getByRole("dialog", { name: "Import for real?" }));
    expect(dialog.getByText(/2 accounts will be created and 0 accounts changed. 1 faulty line will be left out./)).toBeVisible();
    await userEvent.click(dialog.getByRole("button", { name: "Import" }));
    expect(await screen.findByText("Import finished")).toBeVisible();
    const [dry, real] = sent(asked, "POST", "/admin/users/import");
    expect(Object.fromEntries(dry!.query)).toEqual({ dry_run: "true" });
    expect(Object.fromEntries(real!.query)).toEqual({ dry_run: "false", invite: "true" });
    expect(dry!.headers.get("Content-Type")).toBe("text/csv");
    expect(real!.body).toBe(csv);
    expect(screen.queryByRole("button", { name: "Import for real" })).not.toBeInTheDocument();
  });

  it("asks for a trial run again when another file is chosen", async () => {
    open("/admin/users/import", { ...replies, "POST /admin/users/import": ok(trial, {}, 202) });
    const field = await screen.findByLabelText("File with users (CSV)");
    await userEvent.upload(field, csv);
    await userEvent.click(screen.getByRole("button", { name: "Try it out" }));
    await screen.findByRole("button", { name: "Import for real" });
    await userEvent.upload(field, new File(["email\n"], "other.csv", { type: "text/csv" }));
    expect(screen.queryByRole("button", { name: "Import for real" })).not.toBeInTheDocument();
  });

  it("says at the field what is wrong with a file before sending it", async () => {
    const asked = open("/admin/users/import", replies);
    const field = await screen.findByLabelText("File with users (CSV)");
    await userEvent.click(screen.getByRole("button", { name: "Try it out" }));
    expect(field).toHaveAccessibleDescription(/Please choose a file/);
    await userEvent.upload(field, new File([], "empty.csv", { type: "text/csv" }));
    await userEvent.click(screen.getByRole("button", { name: "Try it out" }));
    expect(field).toHaveAccessibleDescription(/That file is empty/);
    expect(sent(asked, "POST", "/admin/users/import")).toHaveLength(0);
  });

  it("shows the refusal of a file and a report from its address", async () => {
    open("/admin/users/import?id=i1", { ...replies, "POST /admin/users/import": failed(400, "VALIDATION_ERROR", { fields: [{ path: "line 1", message: "unknown column" }] }) });
    expect(await screen.findByText("Trial run finished: nothing was changed")).toBeVisible();
    await userEvent.upload(screen.getByLabelText("File with users (CSV)"), csv);
    await userEvent.click(screen.getByRole("button", { name: "Try it out" }));
    expect(await screen.findByText("It failed: VALIDATION_ERROR.")).toBeVisible();
  });

  it("says why a file could not be read", async () => {
    open("/admin/users/import?id=i1", { ...replies, "GET /admin/users/imports/i1": ok({ ...trial, state: "failed", error: "Line 7, column 3: a quote is not closed." }), "GET /admin/users/imports/i1/lines": page([]) });
    expect(await screen.findByText("Line 7, column 3: a quote is not closed.")).toBeVisible();
  });
});
