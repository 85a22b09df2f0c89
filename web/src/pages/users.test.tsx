// SPDX-License-Identifier: AGPL-3.0-or-later
import { screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { describe, expect, it } from "vitest";
import type { User } from "@/api/users";
import { type Replies, failed, me, nothing, ok, open, page, sent } from "@/test/app";

const bart: User = {
  id: "b1",
  email: "bart@springfield.example",
  name: "Bart Simpson",
  given_name: "Bart",
  family_name: null,
  status: "active",
  email_verified: true,
  memberships: [{ group_id: "g2", group_name: "Elementary", role: "student" }],
  created_at: "2026-03-01T08:00:00Z",
  updated_at: "2026-03-01T08:00:00Z",
  last_login_at: null,
};
const lisa: User = { ...bart, id: "l1", email: "lisa@springfield.example", name: "Lisa Simpson", status: "suspended", memberships: [] };

const groups = [
  { id: "g1", parent_id: null, name: "Springfield", type: "district" },
  { id: "g2", parent_id: "g1", name: "Elementary", type: "school" },
];
const replies: Replies = { "GET /auth/me": ok(me(["group_admin"])), "GET /groups": page(groups), "GET /admin/users": page([bart, lisa]) };
const one = (user: User, etag: string) => ok(user, { ETag: etag });
const latest = <T,>(list: T[]) => list[list.length - 1]!;

describe("the list of people", () => {
  it("narrows by what is typed and chosen, and keeps it in the address", async () => {
    const asked = open("/admin/users", replies);
    await screen.findByRole("link", { name: "Bart Simpson" });
    await userEvent.type(screen.getByLabelText("Search"), "simp");
    await userEvent.selectOptions(screen.getByLabelText("Status"), "Suspended");
    await userEvent.selectOptions(screen.getByLabelText("Group"), await screen.findByRole("option", { name: "Springfield / Elementary" }));
    await waitFor(() => expect(Object.fromEntries(latest(sent(asked, "GET", "/admin/users")).query)).toEqual({ limit: "50", q: "simp", status: "suspended", group_id: "g2" }));
    expect(Object.fromEntries(new URLSearchParams(window.location.search))).toEqual({ q: "simp", status: "suspended", group_id: "g2" });
  });

  it("starts from the address", async () => {
    const asked = open("/admin/users?q=lisa&role=teacher", replies);
    expect(await screen.findByLabelText("Search")).toHaveValue("lisa");
    expect(screen.getByLabelText("Role")).toHaveValue("teacher");
    expect(sent(asked, "GET", "/admin/users")[0]?.query.get("q")).toBe("lisa");
  });

  it("shows more pages when asked", async () => {
    open("/admin/users", { ...replies, "GET /admin/users": ({ query }) => (query.get("cursor") === "c2" ? page([lisa])() : page([bart], "c2")()) });
    await userEvent.click(await screen.findByRole("button", { name: "Show more" }));
    expect(await screen.findByRole("link", { name: "Lisa Simpson" })).toBeVisible();
    expect(screen.getByRole("link", { name: "Bart Simpson" })).toBeVisible();
    expect(screen.queryByRole("button", { name: "Show more" })).not.toBeInTheDocument();
  });

  it("tells an empty list from one that is narrowed too far", async () => {
    open("/admin/users?q=nobody", { ...replies, "GET /admin/users": page([]) });
    expect(await screen.findByText("Nobody matches")).toBeVisible();
  });

  it("is hidden from teachers", async () => {
    open("/admin/users", { "GET /auth/me": ok(me(["teacher"])) });
    expect(await screen.findByRole("heading", { name: "No tracks lead here" })).toBeVisible();
    expect(screen.queryByRole("link", { name: "People" })).not.toBeInTheDocument();
  });
});

describe("creating a user", () => {
  it("needs a group of a group's administrator, keeps the entries when the address is taken, then creates", async () => {
    let taken = true;
    const asked = open("/admin/users", { ...replies, "POST /admin/users": () => (taken ? failed(409, "CONFLICT")() : ok(bart, {}, 201)()) });
    await userEvent.click(await screen.findByRole("button", { name: "Create a user" }));
    const dialog = within(screen.getByRole("dialog", { name: "Create a user" }));
    await userEvent.type(dialog.getByLabelText("Email"), "bart@springfield.example");
    await userEvent.type(dialog.getByLabelText("Name"), "Bart Simpson");
    await userEvent.click(dialog.getByRole("button", { name: "Create" }));
    expect(dialog.getByLabelText("Group")).toHaveAccessibleDescription("Please choose a group.");
    expect(sent(asked, "POST", "/admin/users")).toHaveLength(0);
    await userEvent.selectOptions(dialog.getByLabelText("Group"), "g2");
    await userEvent.selectOptions(dialog.getByLabelText("Role in it"), "Teacher");
    expect(dialog.queryByRole("option", { name: "System admin" })).not.toBeInTheDocument();
    await userEvent.click(dialog.getByRole("button", { name: "Create" }));
    expect(await dialog.findByText("It failed: CONFLICT.")).toBeVisible();
    expect(dialog.getByLabelText("Name")).toHaveValue("Bart Simpson");
    taken = false;
    await userEvent.click(dialog.getByRole("button", { name: "Create" }));
    expect(await screen.findByText("Bart Simpson has an account now")).toBeVisible();
    expect(latest(sent(asked, "POST", "/admin/users")).body).toEqual({ email: "bart@springfield.example", name: "Bart Simpson", group_id: "g2", role: "teacher", send_invitation: true });
  });

  it("sends a first password only when nobody is invited", async () => {
    const asked = open("/admin/users", { ...replies, "GET /auth/me": ok(me(["system_admin"])), "POST /admin/users": ok(bart, {}, 201) });
    await userEvent.click(await screen.findByRole("button", { name: "Create a user" }));
    const dialog = within(screen.getByRole("dialog"));
    await userEvent.type(dialog.getByLabelText("Email"), "bart@springfield.example");
    await userEvent.type(dialog.getByLabelText("Name"), "Bart");
    await userEvent.click(dialog.getByLabelText("Mail an invitation"));
    await userEvent.type(dialog.getByLabelText("First password"), "words in a row");
    await userEvent.click(dialog.getByRole("button", { name: "Create" }));
    await waitFor(() => expect(sent(asked, "POST", "/admin/users")[0]?.body).toEqual({ email: "bart@springfield.example", name: "Bart", password: "words in a row", send_invitation: false }));
  });
});

describe("one account", () => {
  it("sends only what was changed, with the state that it was read in", async () => {
    const asked = open("/admin/users/b1", { ...replies, "GET /admin/users/b1": one(bart, '"1"'), "PATCH /admin/users/b1": one({ ...bart, status: "suspended" }, '"2"') });
    await userEvent.selectOptions(await screen.findByLabelText("Status"), "Suspended");
    await userEvent.click(screen.getByRole("button", { name: "Save" }));
    expect(await screen.findByText("Saved.")).toBeVisible();
    const [patch] = sent(asked, "PATCH", "/admin/users/b1");
    expect(patch?.body).toEqual({ status: "suspended" });
    expect(patch?.headers.get("If-Match")).toBe('"1"');
  });

  it("offers the present state when somebody else came first", async () => {
    let name = "Bart Simpson";
    open("/admin/users/b1", { ...replies, "GET /admin/users/b1": () => one({ ...bart, name }, '"1"')(), "PATCH /admin/users/b1": failed(412, "PRECONDITION_FAILED") });
    await userEvent.type(await screen.findByLabelText("Name"), "!");
    name = "El Barto";
    await userEvent.click(screen.getByRole("button", { name: "Save" }));
    await userEvent.click(await screen.findByRole("button", { name: "Load the present state" }));
    expect(await screen.findByRole("heading", { name: "El Barto" })).toBeVisible();
    expect(screen.getByLabelText("Name")).toHaveValue("El Barto");
  });

  it("deactivates after asking, and offers the way back", async () => {
    let user = bart;
    const asked = open("/admin/users/b1", {
      ...replies,
      "GET /admin/users/b1": () => one(user, '"1"')(),
      "POST /admin/users/b1/deactivate": () => {
        user = { ...bart, status: "inactive" };
        return ok(user)();
      },
    });
    await userEvent.click(await screen.findByRole("button", { name: "Deactivate" }));
    expect(sent(asked, "POST", "/admin/users/b1/deactivate")).toHaveLength(0);
    await userEvent.click(within(screen.getByRole("dialog", { name: "Deactivate Bart Simpson?" })).getByRole("button", { name: "Deactivate" }));
    expect(await screen.findByText("Deactivated. Every login was ended.")).toBeVisible();
    expect(await screen.findByRole("button", { name: "Reactivate" })).toBeVisible();
  });

  it("mails a link without touching what is being written", async () => {
    open("/admin/users/b1", { ...replies, "GET /admin/users/b1": one(bart, '"1"'), "POST /admin/users/b1/reset-password": ok({ status: "check_mail" }, {}, 202) });
    await userEvent.type(await screen.findByLabelText("Name"), " the third");
    await userEvent.click(screen.getByRole("button", { name: "Send a link for a new password" }));
    expect(await screen.findByText("A link to choose a new password was mailed.")).toBeVisible();
    expect(screen.getByLabelText("Name")).toHaveValue("Bart Simpson the third");
  });

  it("deletes after asking and leads back to the list", async () => {
    open("/admin/users/b1", { ...replies, "GET /admin/users/b1": one(bart, '"1"'), "DELETE /admin/users/b1": nothing() });
    await userEvent.click(await screen.findByRole("button", { name: "Delete" }));
    await userEvent.click(within(screen.getByRole("dialog", { name: "Delete Bart Simpson?" })).getByRole("button", { name: "Delete" }));
    await waitFor(() => expect(window.location.pathname).toBe("/admin/users"));
  });

  it("does not let an administrator deactivate the own account", async () => {
    open("/admin/users/u1", { ...replies, "GET /admin/users/u1": one({ ...bart, id: "u1" }, '"1"') });
    expect(await screen.findByText(/This is your own account/)).toBeVisible();
    expect(screen.queryByRole("button", { name: "Delete" })).not.toBeInTheDocument();
  });
});
