// SPDX-License-Identifier: AGPL-3.0-or-later
import assert from "node:assert/strict";
import { test } from "node:test";
import { mailedLink, newPerson, phoneCode } from "./people.mjs";
import { base, checkPage, withPage } from "./support.mjs";

async function logIn(page, email, password) {
  await page.goto(`${base}/login`);
  await page.getByLabel("Email").fill(email);
  await page.getByLabel("Password").fill(password);
  await page.getByRole("button", { name: "Log in" }).click();
}

const home = (page) => page.getByRole("heading", { level: 1, name: /^Hello/ }).waitFor();
const part = (page, name) => page.getByRole("region", { name });

test("a forgotten password is replaced through a mailed link, once", async () => {
  const person = await newPerson();
  const fresh = "seven purple kettles sing";
  await withPage(null, async (page) => {
    await page.goto(`${base}/login`);
    await page.getByRole("link", { name: "Forgot your password?" }).click();
    await page.getByLabel("Email").fill(person.email);
    await checkPage(page, "forgot-password");
    await page.getByRole("button", { name: "Send the link" }).click();
    await page.getByText("If there is an account with that address").waitFor();
    await checkPage(page, "forgot-password-sent");

    const link = await mailedLink(person.email, "/reset-password");
    await page.goto(link);
    await page.getByLabel("New password").waitFor();
    await page.waitForURL(`${base}/reset-password`);
    await page.getByLabel("New password").fill("password1");
    await page.getByRole("button", { name: "Change the password" }).click();
    await page.locator("p[role=alert]").filter({ hasText: /\S/ }).waitFor();
    await checkPage(page, "reset-password");
    await page.getByLabel("New password").fill(fresh);
    await page.getByRole("button", { name: "Change the password" }).click();
    await page.getByText("Your password is changed").waitFor();

    await logIn(page, person.email, fresh);
    await home(page);
    await page.goto(link);
    await page.getByLabel("New password").fill(`${fresh} again`);
    await page.getByRole("button", { name: "Change the password" }).click();
    await page.getByText("This link does not work any more").waitFor();
    await checkPage(page, "reset-password-dead");
  });
});

test("an address without an account gets the very same words", async () => {
  await withPage(null, async (page) => {
    await page.goto(`${base}/forgot-password`);
    await page.getByLabel("Email").fill("nobody-at-all@example.org");
    await page.getByRole("button", { name: "Send the link" }).click();
    await page.getByText("If there is an account with that address").waitFor();
  });
});

test("registering is shown as this installation has it", async () => {
  await withPage(null, async (page) => {
    const answer = await page.request.get(`${base}/api/v1/instance`);
    const { registration } = (await answer.json()).data;
    await page.goto(`${base}/register`);
    if (registration === "open") await page.getByLabel("Your name").waitFor();
    else await page.getByText("Accounts are made by your school").waitFor();
    await checkPage(page, "register");
  });
});

test("the second step is set up, asked for when logging in, and switched off", async () => {
  const person = await newPerson("Martin Prince");
  let secret, recovery;
  await withPage(person, async (page) => {
    await page.goto(`${base}/account`);
    const step = part(page, "Second step when logging in");
    await step.getByRole("button", { name: "Set it up" }).click();
    await step.getByLabel(/Your password/).fill("not the password");
    await step.getByRole("button", { name: "Go on" }).click();
    await step.locator("p[role=alert]").filter({ hasText: /\S/ }).waitFor();
    await step.getByLabel(/Your password/).fill(person.password);
    await step.getByRole("button", { name: "Go on" }).click();
    await step.getByRole("img", { name: /QR code/ }).waitFor();
    secret = await step.locator("code").innerText();
    await checkPage(page, "account-second-step");
    await step.getByLabel("Code from your app").fill(phoneCode(secret));
    await step.getByRole("button", { name: "Switch it on" }).click();
    await step.getByText("Keep these codes now").waitFor();
    recovery = await step.locator("li").allInnerTexts();
    assert.equal(recovery.length, 10);
    await checkPage(page, "account-recovery-codes");
    await step.getByRole("button", { name: "I have kept them" }).click();
    await step.getByText("On", { exact: true }).waitFor();
  });
  await withPage(null, async (page) => {
    await logIn(page, person.email, person.password);
    await page.getByLabel("Code from your app").fill("000000");
    await checkPage(page, "login-code");
    await page.getByRole("button", { name: "Log in" }).click();
    await page.getByText("That code did not match").waitFor();
    // The code that switched it on has counted already; the next one is let in a step early.
    await page.getByLabel("Code from your app").fill(phoneCode(secret, 1));
    await page.getByRole("button", { name: "Log in" }).click();
    await home(page);
  });
  await withPage(null, async (page) => {
    await logIn(page, person.email, person.password);
    await page.getByRole("button", { name: "Use a recovery code" }).click();
    await page.getByLabel("Recovery code").fill(recovery[0]);
    await page.getByRole("button", { name: "Log in" }).click();
    await home(page);
    await page.goto(`${base}/account`);
    const step = part(page, "Second step when logging in");
    await step.getByRole("button", { name: "Switch it off" }).click();
    await step.getByLabel(/Your password/).fill(person.password);
    await step.getByRole("button", { name: "Switch it off" }).click();
    await step.getByText("Off", { exact: true }).waitFor();
  });
});

test("names, password and other logins are changed by their owner", async () => {
  const person = await newPerson("Nelson Muntz");
  await withPage(person, async (page, context) => {
    await page.goto(`${base}/account`);
    const names = part(page, "Name");
    await names.getByLabel("Name", { exact: true }).fill("Nelson M.");
    await names.getByLabel("Given name").fill("Nelson");
    await names.getByRole("button", { name: "Save" }).click();
    await names.getByText("Saved.").waitFor();
    await page.getByRole("button", { name: "Account of Nelson M." }).waitFor();
    await withPage(person, async (other) => {
      await other.goto(`${base}/account`);
      const logins = part(other, "Where you are logged in");
      await logins.getByText("This device", { exact: true }).waitFor();
      await checkPage(other, "account");
      await logins.getByRole("button", { name: "Log out everywhere else" }).click();
      await logins.getByRole("dialog").getByRole("button", { name: "Log out everywhere else" }).click();
      await logins.getByText("Logged out there.").waitFor();
      await logins.getByRole("button", { name: "Log out everywhere else" }).waitFor({ state: "detached" });
      const password = part(other, "Password");
      await password.getByLabel("Current password").fill(person.password);
      await password.getByLabel("New password").fill("haha four tall ladders");
      await password.getByRole("button", { name: "Change the password" }).click();
      await password.getByText(/Changed\./).waitFor();
    });
    const answer = await context.request.get(`${base}/api/v1/auth/me`);
    assert.equal(answer.status(), 401, "the first login has ended");
    await page.goto(`${base}/account`);
    await page.waitForURL(/\/login/);
  });
});

test("an address changes when the mailed link is opened", async () => {
  const person = await newPerson("Ralph Wiggum");
  const email = person.email.replace("person", "moved");
  await withPage(person, async (page) => {
    await page.goto(`${base}/account`);
    const address = part(page, "Email address");
    await address.getByLabel("New address").fill(email);
    await address.getByLabel(/Your password/).fill(person.password);
    await address.getByRole("button", { name: "Change the address" }).click();
    await address.getByText("Look into your mail").waitFor();
    await page.goto(await mailedLink(email, "/verify-email"));
    await page.getByRole("button", { name: "Confirm my address" }).waitFor();
    await page.waitForURL(`${base}/verify-email`);
    await checkPage(page, "verify-email");
    await page.getByRole("button", { name: "Confirm my address" }).click();
    await page.getByText("Your address is confirmed").waitFor();
  });
  await withPage({ ...person, email }, async (page) => {
    await page.goto(`${base}/account`);
    await part(page, "Email address").getByText(email).waitFor();
  });
});
