// SPDX-License-Identifier: AGPL-3.0-or-later
import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { test } from "node:test";
import { mailedLink, newPerson } from "./people.mjs";
import { account, base, checkPage, withPage } from "./support.mjs";

const unique = () => randomBytes(6).toString("hex");

test("an administrator of a group looks for people and keeps the search in the address", async () => {
  await withPage(account("group_admin"), async (page) => {
    await page.goto(`${base}/`);
    await page.getByRole("link", { name: "People", exact: true }).click();
    await page.getByRole("table", { name: "Users" }).getByRole("link").first().waitFor();
    await checkPage(page, "users");
    const student = account("student", 3);
    await page.getByLabel("Search").fill(student.email);
    await page.waitForURL((url) => url.searchParams.get("q") === student.email);
    await page.getByText("1 shown").waitFor();
    await page.reload();
    await page.getByText("1 shown").waitFor();
    assert.equal(await page.getByLabel("Search").inputValue(), student.email);
    await page.getByLabel("Status").selectOption("suspended");
    await page.getByText("Nobody matches").waitFor();
    await checkPage(page, "users-empty");
  });
});

test("an administrator invites somebody, who chooses a password by the mailed link", async () => {
  const email = `invited-${unique()}@example.org`;
  await withPage(account("group_admin"), async (page) => {
    await page.goto(`${base}/admin/users`);
    await page.getByRole("button", { name: "Create a user" }).click();
    const dialog = page.getByRole("dialog", { name: "Create a user" });
    await dialog.getByLabel("Email").fill(email);
    await dialog.getByLabel("Name", { exact: true }).fill("Edna Krabappel");
    await checkPage(page, "users-create");
    await dialog.getByRole("button", { name: "Create" }).click();
    await dialog.getByText("Please choose a group.").waitFor();
    await dialog.getByLabel("Group").selectOption({ index: 1 });
    await dialog.getByLabel("Role in it").selectOption("teacher");
    await dialog.getByRole("button", { name: "Create" }).click();
    await page.getByText("Edna Krabappel has an account now").waitFor();
    await page.getByRole("button", { name: "Create a user" }).click();
    await dialog.getByLabel("Email").fill(email);
    await dialog.getByLabel("Name", { exact: true }).fill("Somebody else");
    await dialog.getByLabel("Group").selectOption({ index: 1 });
    await dialog.getByRole("button", { name: "Create" }).click();
    await dialog.getByRole("alert").filter({ hasText: /\S/ }).first().waitFor();
    assert.equal(await dialog.getByLabel("Name", { exact: true }).inputValue(), "Somebody else");
  });
  await withPage(null, async (page) => {
    await page.goto(await mailedLink(email, "/reset-password"));
    await page.getByLabel("New password").fill("nine wooden spoons dance");
    await page.getByRole("button", { name: "Change the password" }).click();
    await page.getByText("Your password is changed").waitFor();
  });
  await withPage({ email, password: "nine wooden spoons dance" }, async (page) => {
    await page.goto(`${base}/`);
    await page.getByRole("heading", { level: 1, name: /^Hello, Edna/ }).waitFor();
  });
});

test("an administrator changes, deactivates, reactivates and deletes an account", async () => {
  const person = await newPerson("Seymour Skinner");
  await withPage(account("system_admin"), async (page) => {
    await page.goto(`${base}/admin/users/${person.id}`);
    await page.getByLabel("Given name").fill("Seymour");
    await page.getByRole("button", { name: "Save" }).click();
    await page.getByText("Saved.").waitFor();
    await checkPage(page, "user");
    await page.getByRole("button", { name: "Deactivate" }).click();
    const dialog = page.getByRole("dialog", { name: "Deactivate Seymour Skinner?" });
    await dialog.getByRole("button", { name: "Cancel" }).click();
    await page.getByRole("button", { name: "Deactivate" }).click();
    await dialog.getByRole("button", { name: "Deactivate" }).click();
    await page.getByText("Deactivated. Every login was ended.").waitFor();
    const refused = await page.request.post(`${base}/api/v1/auth/login`, { data: { email: person.email, password: person.password }, headers: { Origin: base } });
    assert.equal(refused.status(), 401);
    await page.getByRole("button", { name: "Reactivate" }).click();
    await page.getByText("The account can be used again.").waitFor();
    await page.getByRole("button", { name: "Delete" }).click();
    await page.getByRole("dialog", { name: "Delete Seymour Skinner?" }).getByRole("button", { name: "Delete" }).click();
    await page.waitForURL(`${base}/admin/users`);
    await page.goto(`${base}/admin/users/${person.id}`);
    await page.getByText("Not found").waitFor();
  });
});

test("two administrators at once: the second is told, and loses nothing", async () => {
  const person = await newPerson("Otto Mann");
  await withPage(account("system_admin"), async (page) => {
    await page.goto(`${base}/admin/users/${person.id}`);
    await page.getByLabel("Family name").fill("Mann");
    const other = await page.request.patch(`${base}/api/v1/admin/users/${person.id}`, { data: { name: "Otto the driver" }, headers: { Origin: base } });
    assert.equal(other.status(), 200);
    await page.getByRole("button", { name: "Save" }).click();
    await page.getByText("Somebody else was faster").waitFor();
    assert.equal(await page.getByLabel("Family name").inputValue(), "Mann");
    await checkPage(page, "user-conflict");
    await page.getByRole("button", { name: "Load the present state" }).click();
    await page.getByRole("heading", { level: 1, name: "Otto the driver" }).waitFor();
  });
});
