// SPDX-License-Identifier: AGPL-3.0-or-later
import assert from "node:assert/strict";
import { test } from "node:test";
import { account, base, checkPage, withPage } from "./support.mjs";

async function fillIn(page, { email, password }) {
  await page.getByLabel("Email").fill(email);
  await page.getByLabel("Password").fill(password);
  await page.getByRole("button", { name: "Log in" }).click();
}

test("the login page keeps to the rules of every page and gives nothing away", async () => {
  await withPage(null, async (page) => {
    const answer = await page.goto(`${base}/login`);
    const policy = answer.headers()["content-security-policy"];
    assert.match(policy, /default-src 'none'/);
    assert.doesNotMatch(policy, /unsafe-eval|script-src[^;]*unsafe-inline/);
    await page.getByLabel("Email").waitFor();
    const text = await page.locator("body").innerText();
    assert.ok(!text.includes(account("student").password));
    await checkPage(page, "login");
  });
});

test("a wrong password gets a clear error, and the right one leads home", async () => {
  await withPage(null, async (page) => {
    const student = account("student");
    await page.goto(`${base}/`);
    await page.waitForURL(`${base}/login`);
    await page.getByRole("button", { name: "Log in" }).click();
    await page.getByText("Please enter your email address.").waitFor();
    await fillIn(page, { ...student, password: "not the password" });
    await page.getByRole("alert").filter({ hasText: "did not match" }).waitFor();
    assert.equal(await page.getByLabel("Email").inputValue(), student.email);
    await fillIn(page, student);
    await page.getByRole("heading", { level: 1, name: /^Hello/ }).waitFor();
    assert.equal(new URL(page.url()).pathname, "/");
  });
});

test("logging out ends the login", async () => {
  // An account that no other test uses at the same time.
  await withPage(account("student", 11), async (page) => {
    await page.goto(`${base}/`);
    await page.getByRole("button", { name: /^Account of/ }).click();
    await page.getByRole("menuitem", { name: "Log out" }).click();
    await page.waitForURL(`${base}/login`);
    await page.goto(`${base}/`);
    await page.waitForURL(`${base}/login`);
  });
});

test("an address inside leads back there after logging in, and one outside does not", async () => {
  await withPage(null, async (page) => {
    await page.goto(`${base}/teaching?state=paused`);
    await page.waitForURL(/\/login\?from=/);
    await fillIn(page, account("teacher"));
    await page.waitForURL(`${base}/teaching?state=paused`);
  });
  await withPage(null, async (page) => {
    await page.goto(`${base}/login?from=${encodeURIComponent("//elsewhere.invalid/")}`);
    await fillIn(page, account("teacher"));
    await page.waitForURL(`${base}/`);
  });
});

test("a server that is away gets a page that says so and can be tried again", async () => {
  await withPage(account("student"), async (page) => {
    const body = { error: "The database is away.", code: "SERVICE_UNAVAILABLE", details: { part: "database" } };
    await page.route("**/api/v1/auth/me", (route) => route.fulfill({ status: 503, json: body }));
    await page.goto(`${base}/`);
    await page.getByText("The service is briefly unavailable").waitFor();
    await page.unroute("**/api/v1/auth/me");
    await page.getByRole("button", { name: "Try again" }).click();
    await page.getByRole("heading", { level: 1, name: /^Hello/ }).waitFor();
  });
});

test("an address that leads nowhere says so", async () => {
  await withPage(account("student"), async (page) => {
    await page.goto(`${base}/no/such/page`);
    await page.getByRole("heading", { name: "No tracks lead here" }).waitFor();
    await checkPage(page, "not-found");
  });
  await withPage(account("student"), async (page) => {
    await page.goto(`${base}/sessions/00000000-0000-4000-8000-000000000000`);
    await page.getByText("Not found").waitFor();
  });
});
