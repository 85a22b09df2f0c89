// SPDX-License-Identifier: AGPL-3.0-or-later
import { screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { describe, expect, it } from "vitest";
import { failed, me, ok, open, page, sent } from "@/test/app";

const school = { name: "school-id", title: "Springfield ID" };

async function enter(email: string, password: string): Promise<void> {
  await userEvent.type(await screen.findByLabelText("Email"), email);
  await userEvent.type(screen.getByLabelText("Password"), password);
  await userEvent.click(screen.getByRole("button", { name: "Log in" }));
}

describe("the login page", () => {
  it("says what is missing at its field and sends nothing", async () => {
    const asked = open("/login");
    await userEvent.click(await screen.findByRole("button", { name: "Log in" }));
    expect(screen.getByLabelText("Email")).toHaveAccessibleDescription("Please enter your email address.");
    expect(screen.getByLabelText("Email")).toHaveFocus();
    expect(sent(asked, "POST", "/auth/login")).toHaveLength(0);
  });

  it("asks for the second step, says when the code is wrong, and sends all of it again", async () => {
    const asked = open("/login?from=%2Fteaching", {
      "POST /auth/login": ({ body }) => {
        const { totp_code: code } = body as { totp_code?: string };
        if (code === undefined) return failed(401, "TOTP_REQUIRED")();
        return code === "123456" ? ok(me(["teacher"]))() : failed(401, "INVALID_TOTP")();
      },
    });
    await userEvent.click(await screen.findByLabelText("This is a shared computer"));
    await enter("ada@school.example", " secret words ");
    const code = await screen.findByLabelText("Code from your app");
    expect(code).toHaveFocus();
    expect(screen.queryByRole("alert", { name: "One more step" })).not.toBeInTheDocument();
    await userEvent.type(code, "000000{Enter}");
    expect(await screen.findByText("That code did not match")).toBeVisible();
    await userEvent.clear(code);
    await userEvent.type(code, "123456{Enter}");
    await waitFor(() => expect(window.location.pathname).toBe("/teaching"));
    expect(sent(asked, "POST", "/auth/login").at(-1)?.body).toEqual({
      email: "ada@school.example",
      password: " secret words ",
      totp_code: "123456",
      device: "shared",
    });
  });

  it("asks for the second step alone when a provider has let somebody in", async () => {
    const asked = open("/login?second_factor=school-id&from=%2Fteaching", {
      "POST /auth/school-id/code": ({ body }) => ((body as { totp_code: string }).totp_code === "123456" ? ok(me(["teacher"]))() : failed(401, "INVALID_TOTP")()),
    });
    const code = await screen.findByLabelText("Code from your app");
    expect(screen.queryByLabelText("Email")).not.toBeInTheDocument();
    await userEvent.type(code, "000000{Enter}");
    expect(await screen.findByText("That code did not match")).toBeVisible();
    await userEvent.clear(code);
    await userEvent.type(code, "123456{Enter}");
    await waitFor(() => expect(window.location.pathname).toBe("/teaching"));
    expect(sent(asked, "POST", "/auth/school-id/code")).toHaveLength(2);
    expect(sent(asked, "POST", "/auth/login")).toHaveLength(0);
  });

  it("takes a recovery code in place of the app's, and leads back with the address kept", async () => {
    open("/login", { "POST /auth/login": failed(401, "TOTP_REQUIRED") });
    await enter("ada@school.example", "secret words");
    await userEvent.click(await screen.findByRole("button", { name: "Use a recovery code" }));
    expect(screen.getByLabelText("Recovery code")).toHaveFocus();
    await userEvent.click(screen.getByRole("button", { name: "Back" }));
    expect(screen.getByLabelText("Email")).toHaveValue("ada@school.example");
  });

  it("keeps what was entered and says how long to wait", async () => {
    open("/login", { "POST /auth/login": failed(429, "RATE_LIMIT_EXCEEDED", {}, { "Retry-After": "90" }) });
    await enter("ada@school.example", "secret words");
    expect(await screen.findByText("Try again in 90 seconds.")).toBeVisible();
    expect(screen.getByLabelText("Password")).toHaveValue("secret words");
  });

  it("offers only the school's own login to an address that needs it", async () => {
    const asked = open("/login?from=%2Fteaching", {
      "GET /auth/providers": page([school]),
      "POST /auth/providers/lookup": ok({ provider: school, forced: true }),
    });
    expect(await screen.findByRole("link", { name: "Log in with Springfield ID" })).toHaveAttribute("href", "/api/v1/auth/school-id?return_to=%2Fteaching");
    await userEvent.type(screen.getByLabelText("Email"), "bart@springfield.example");
    await userEvent.tab();
    expect(await screen.findByText("Your school has a login of its own")).toBeVisible();
    expect(screen.queryByLabelText("Password")).not.toBeInTheDocument();
    expect(screen.getAllByRole("link", { name: /Log in with/ })).toHaveLength(1);
    expect(sent(asked, "POST", "/auth/providers/lookup")[0]?.body).toEqual({ email: "bart@springfield.example" });
  });

  it("follows the server when only it knows that a provider must be used", async () => {
    open("/login", {
      "GET /auth/providers": page([school]),
      "POST /auth/providers/lookup": failed(503, "SERVICE_UNAVAILABLE"),
      "POST /auth/login": failed(403, "PROVIDER_REQUIRED", { provider: "school-id" }),
    });
    await screen.findByRole("link", { name: /Springfield/ });
    await enter("bart@springfield.example", "secret words");
    expect(await screen.findByText("Your school has a login of its own")).toBeVisible();
  });

  it.each([
    ["state_mismatch", "The login took too long"],
    ["constructor", "That login did not work"],
  ])("has words for ?error=%s", async (code, words) => {
    open(`/login?error=${code}`);
    expect(await screen.findByText(words)).toBeVisible();
  });

  it("leads to an account's making only where that is open", async () => {
    open("/login");
    expect(await screen.findByRole("link", { name: "Forgot your password?" })).toBeVisible();
    expect(screen.queryByRole("link", { name: "Make an account" })).not.toBeInTheDocument();
  });
});
