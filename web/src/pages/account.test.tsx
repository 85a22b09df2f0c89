// SPDX-License-Identifier: AGPL-3.0-or-later
import { screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { describe, expect, it, vi } from "vitest";
import { type Replies, failed, me, nothing, ok, open, page, sent } from "@/test/app";

const firefox = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0";
const login = { context: "personal", ip_address: "192.0.2.7", user_agent: firefox, provider: null, created_at: "2026-03-01T08:00:00Z", last_activity_at: "2026-03-01T09:00:00Z", expires_at: "2026-04-01T08:00:00Z" };

const replies: Replies = {
  "GET /auth/me": ok(me(), { ETag: '"1"' }),
  "GET /auth/sessions": page([{ ...login, id: "l1", current: true }, { ...login, id: "l2", current: false, ip_address: "192.0.2.8" }]),
  "GET /auth/links": page([]),
};

const part = async (name: string) => within(await screen.findByRole("region", { name }));

describe("the account page", () => {
  it("saves the names with the state that they were read in", async () => {
    let user = me().user;
    const asked = open("/account", {
      ...replies,
      "PATCH /auth/me": ({ body }) => {
        user = { ...user, ...(body as object) };
        return ok({ ...me(), user }, { ETag: '"2"' })();
      },
    });
    const names = await part("Name");
    const field = await names.findByLabelText("Name");
    await userEvent.clear(field);
    await userEvent.type(field, "Ada King");
    await userEvent.clear(names.getByLabelText("Given name"));
    await userEvent.click(names.getByRole("button", { name: "Save" }));
    expect(await names.findByText("Saved.")).toBeVisible();
    await userEvent.type(names.getByLabelText("Given name"), "Augusta");
    await userEvent.click(names.getByRole("button", { name: "Save" }));
    await waitFor(() => expect(sent(asked, "PATCH", "/auth/me")).toHaveLength(2));
    const [first, second] = sent(asked, "PATCH", "/auth/me");
    expect(first?.body).toEqual({ name: "Ada King", given_name: "" });
    expect(second?.body).toEqual({ given_name: "Augusta" });
    expect(first?.headers.get("If-Match")).toBe('"1"');
    expect(second?.headers.get("If-Match")).toBe('"2"');
    expect(await screen.findByRole("button", { name: "Account of Ada King" })).toBeVisible();
  });

  it("keeps what was entered when somebody else came first, and loads the present state when asked", async () => {
    let name = "Ada Lovelace";
    open("/account", {
      ...replies,
      "GET /auth/me": () => ok({ ...me(), user: { ...me().user, name } }, { ETag: `"${name}"` })(),
      "PATCH /auth/me": failed(412, "PRECONDITION_FAILED"),
    });
    const names = await part("Name");
    await userEvent.type(await names.findByLabelText("Name"), " King");
    name = "Countess Ada";
    await userEvent.click(names.getByRole("button", { name: "Save" }));
    expect(await names.findByText("Somebody else was faster")).toBeVisible();
    expect(names.getByLabelText("Name")).toHaveValue("Ada Lovelace King");
    await userEvent.click(names.getByRole("button", { name: "Load the present state" }));
    await waitFor(() => expect(names.getByLabelText("Name")).toHaveValue("Countess Ada"));
    expect(names.queryByText("Somebody else was faster")).not.toBeInTheDocument();
  });

  it("says at the field that the own password was wrong, and stays logged in", async () => {
    open("/account", { ...replies, "POST /auth/me/email": failed(401, "INVALID_CREDENTIALS") });
    const email = await part("Email address");
    await userEvent.type(email.getByLabelText("New address"), "ada@new.example");
    await userEvent.type(email.getByLabelText(/Your password/), "wrong{Enter}");
    await waitFor(() => expect(email.getByLabelText(/Your password/)).toHaveAccessibleDescription("That is not your password."));
    expect(email.getByLabelText("New address")).toHaveValue("ada@new.example");
    expect(window.location.pathname).toBe("/account");
  });

  it("changes the password", async () => {
    const asked = open("/account", { ...replies, "POST /auth/password": nothing() });
    const password = await part("Password");
    await userEvent.type(password.getByLabelText("Current password"), "old words");
    await userEvent.type(password.getByLabelText("New password"), "new words in a row");
    await userEvent.click(password.getByRole("button", { name: "Change the password" }));
    expect(await password.findByText(/Your other devices were logged out/)).toBeVisible();
    expect(sent(asked, "POST", "/auth/password")[0]?.body).toEqual({ current_password: "old words", new_password: "new words in a row" });
    expect(password.getByLabelText("New password")).toHaveValue("");
  });

  it("sets the second step up and shows the recovery codes once", async () => {
    let on = false;
    const copied = vi.fn(() => Promise.resolve());
    const asked = open("/account", {
      ...replies,
      "GET /auth/me": () => ok({ ...me(), totp_enabled: on })(),
      "POST /auth/totp": ok({ secret: "ABCDEFGHIJKL", otpauth_uri: "otpauth://totp/RaptScallions:ada?secret=ABCDEFGHIJKL" }),
      "POST /auth/totp/confirm": () => {
        on = true;
        return ok({ recovery_codes: ["aaaa-1111", "bbbb-2222"] })();
      },
    });
    Object.defineProperty(navigator, "clipboard", { value: { writeText: copied }, configurable: true });
    const step = await part("Second step when logging in");
    await userEvent.click(step.getByRole("button", { name: "Set it up" }));
    await userEvent.type(step.getByLabelText(/Your password/), "secret words{Enter}");
    expect(await step.findByRole("img", { name: /QR code/ })).toBeVisible();
    expect(step.getByText("ABCD EFGH IJKL")).toBeVisible();
    await userEvent.type(step.getByLabelText("Code from your app"), "123 456{Enter}");
    expect(await step.findByText("aaaa-1111")).toBeVisible();
    expect(sent(asked, "POST", "/auth/totp/confirm")[0]?.body).toEqual({ code: "123456" });
    await userEvent.click(step.getByRole("button", { name: "Copy" }));
    expect(copied).toHaveBeenCalledExactlyOnceWith("aaaa-1111\nbbbb-2222\n");
    expect(step.getByRole("link", { name: "Download" })).toHaveAttribute("download", "recovery-codes.txt");
    await userEvent.click(step.getByRole("button", { name: "I have kept them" }));
    expect(await step.findByRole("button", { name: "Switch it off" })).toBeVisible();
    expect(step.queryByText("aaaa-1111")).not.toBeInTheDocument();
  });

  it("ends one login, and all others after asking", async () => {
    const asked = open("/account", { ...replies, "DELETE /auth/sessions/l2": nothing(), "POST /auth/logout-all": nothing() });
    const logins = await part("Where you are logged in");
    expect(await logins.findByText("This device")).toBeVisible();
    expect(logins.getAllByText("Firefox on Linux")).toHaveLength(2);
    await userEvent.click(logins.getByRole("button", { name: "Log out Firefox on Linux, 192.0.2.8" }));
    expect(await logins.findByText("Logged out there.")).toBeVisible();
    expect(sent(asked, "DELETE", "/auth/sessions/l2")).toHaveLength(1);
    await userEvent.click(logins.getByRole("button", { name: "Log out everywhere else" }));
    await userEvent.click(within(logins.getByRole("dialog")).getByRole("button", { name: "Log out everywhere else" }));
    await waitFor(() => expect(sent(asked, "POST", "/auth/logout-all")[0]?.body).toEqual({ keep_current: true }));
  });

  it("says why a linked login cannot be removed", async () => {
    const link = { provider: "school-id", title: "Springfield ID", created_at: "2026-03-01T08:00:00Z", last_used_at: null };
    open("/account", { ...replies, "GET /auth/links": page([link]), "DELETE /auth/links/school-id": failed(409, "CONFLICT") });
    const links = await part("Linked logins");
    await userEvent.click(await links.findByRole("button", { name: "Remove Springfield ID" }));
    await userEvent.click(within(links.getByRole("dialog")).getByRole("button", { name: "Remove" }));
    expect(await links.findByText("It failed: CONFLICT.")).toBeVisible();
  });
});
