// SPDX-License-Identifier: AGPL-3.0-or-later
import { screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { describe, expect, it } from "vitest";
import { failed, nothing, ok, open, sent } from "@/test/app";

const press = (name: string) => userEvent.click(screen.getByRole("button", { name }));

describe("a forgotten password", () => {
  it("is answered the same for every address", async () => {
    const asked = open("/forgot-password", { "POST /auth/password-reset": ok({ status: "check_mail" }, {}, 202) });
    await userEvent.type(await screen.findByLabelText("Email"), "nobody@school.example");
    await press("Send the link");
    expect(await screen.findByRole("status")).toHaveTextContent(/If there is an account/);
    expect(sent(asked, "POST", "/auth/password-reset")[0]?.body).toEqual({ email: "nobody@school.example" });
  });

  it("refuses what is no address before asking", async () => {
    const asked = open("/forgot-password");
    await userEvent.type(await screen.findByLabelText("Email"), "ada");
    await press("Send the link");
    expect(screen.getByLabelText("Email")).toHaveAccessibleDescription(/That is not an email address/);
    expect(sent(asked, "POST", "/auth/password-reset")).toHaveLength(0);
  });
});

describe("choosing a new password", () => {
  it("takes the secret out of the address and sends it with the password", async () => {
    const asked = open("/reset-password#token=s3cret", { "POST /auth/password-reset/confirm": nothing() });
    const field = await screen.findByLabelText("New password");
    await waitFor(() => expect(window.location.href).not.toContain("s3cret"));
    await userEvent.type(field, "short");
    await press("Change the password");
    expect(field).toHaveAccessibleDescription(/at least 8 characters/);
    await userEvent.type(field, " words in a row ");
    expect(screen.getByText(/A good length/)).toBeVisible();
    await press("Change the password");
    expect(await screen.findByText("Your password is changed")).toBeVisible();
    expect(sent(asked, "POST", "/auth/password-reset/confirm")[0]?.body).toEqual({ token: "s3cret", password: "short words in a row " });
  });

  it("shows the server's complaint at the field and keeps the entry", async () => {
    const fields = [{ path: "password", message: "This password is on a list of guessed ones." }];
    open("/reset-password#token=s3cret", { "POST /auth/password-reset/confirm": failed(400, "VALIDATION_ERROR", { fields }) });
    const field = await screen.findByLabelText("New password");
    await userEvent.type(field, "password123");
    await userEvent.click(screen.getByLabelText("Show the password"));
    await press("Change the password");
    await waitFor(() => expect(field).toHaveAccessibleDescription(/list of guessed ones/));
    expect(field).toHaveValue("password123");
    expect(field).toHaveFocus();
  });

  it.each([
    ["an old link", "/reset-password#token=old"],
    ["no link", "/reset-password"],
  ])("says that %s does not work and how to get another", async (_, address) => {
    open(address, { "POST /auth/password-reset/confirm": failed(400, "TOKEN_INVALID") });
    if (address.includes("#")) {
      await userEvent.type(await screen.findByLabelText("New password"), "words in a row");
      await press("Change the password");
    }
    expect(await screen.findByText("This link does not work any more")).toBeVisible();
    expect(screen.getByRole("link", { name: "Ask for another link" })).toHaveAttribute("href", "/forgot-password");
  });
});

describe("confirming an address", () => {
  it("waits for a click", async () => {
    const asked = open("/verify-email#token=s3cret", { "POST /auth/verify-email": nothing() });
    await screen.findByRole("button", { name: "Confirm my address" });
    expect(sent(asked, "POST", "/auth/verify-email")).toHaveLength(0);
    await press("Confirm my address");
    expect(await screen.findByText("Your address is confirmed")).toBeVisible();
    expect(sent(asked, "POST", "/auth/verify-email")[0]?.body).toEqual({ token: "s3cret" });
  });

  it("offers a new link when the old one is dead", async () => {
    open("/verify-email#token=old", { "POST /auth/verify-email": failed(400, "TOKEN_INVALID"), "POST /auth/verify-email/resend": ok({ status: "check_mail" }, {}, 202) });
    await userEvent.click(await screen.findByRole("button", { name: "Confirm my address" }));
    await userEvent.type(await screen.findByLabelText("Email"), "ada@school.example");
    await press("Send a new link");
    expect(await screen.findByText("Look into your mail")).toBeVisible();
  });
});

describe("making an account", () => {
  const open_ = { "GET /instance": ok({ name: "x", version: "1", demo_model: false, development_mode: false, registration: "open" }) };

  it("sends name, address and password, and points to the mail", async () => {
    const asked = open("/register", { ...open_, "POST /auth/register": ok({ status: "check_mail" }, {}, 202) });
    await userEvent.type(await screen.findByLabelText("Your name"), " Ada Lovelace ");
    await userEvent.type(screen.getByLabelText("Email"), "ada@school.example");
    await userEvent.type(screen.getByLabelText("Password"), "words in a row");
    await press("Make an account");
    expect(await screen.findByText("Look into your mail")).toBeVisible();
    expect(sent(asked, "POST", "/auth/register")[0]?.body).toEqual({ name: "Ada Lovelace", email: "ada@school.example", password: "words in a row" });
  });

  it("says who makes accounts where it is closed", async () => {
    open("/register");
    expect(await screen.findByText("Accounts are made by your school")).toBeVisible();
  });
});
