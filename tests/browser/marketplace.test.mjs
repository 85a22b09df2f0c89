// SPDX-License-Identifier: AGPL-3.0-or-later
// The marketplace on the administrators' pages: a module is found, judged, installed, told how to update itself, and
// removed with its data. It needs a module of the registry that runs here and is not installed.
import assert from "node:assert/strict";
import { test } from "node:test";
import { account, base, checkPage, withPage } from "./support.mjs";

const admin = (use) => withPage(account("system_admin"), use);

async function read(page, path) {
  const answer = await page.request.get(`${base}/api/v1${path}`);
  assert.equal(answer.status(), 200, `${path}: ${await answer.text()}`);
  return (await answer.json()).data;
}

async function notInstalled(page) {
  const found = (await read(page, "/admin/marketplace/modules?limit=100")).find((module) => module.installed === null && module.compatible);
  assert.ok(found, "the registry offers a module that runs here and is not installed");
  return found;
}

test("the registry's modules are marked with what this host makes of them", async () => {
  await admin(async (page) => {
    await page.goto(`${base}/admin/modules`);
    await page.getByRole("link", { name: "Find modules" }).click();
    await page.locator("[data-listed=safety-filter]").getByText(/^Installed: /).waitFor();
    await page.getByText(/^From http/).waitFor();
    await checkPage(page, "marketplace-find");
    await page.getByLabel("Search").fill("safety");
    await page.waitForURL(/q=safety/);
    await page.locator("[data-listed=safety-filter]").getByRole("link").click();
    await page.getByRole("heading", { level: 2, name: "Versions" }).waitFor();
    await page.getByText(/installed/i).first().waitFor();
    await checkPage(page, "marketplace-module");
  });
});

test("a module is installed after consent, follows its publisher, and goes with its data", async () => {
  await admin(async (page) => {
    const { name, title } = await notInstalled(page);
    await page.goto(`${base}/admin/modules/find/${name}`);
    await page.getByRole("button", { name: "Install", exact: true }).click();
    const dialog = page.getByRole("dialog");
    const install = dialog.getByRole("button", { name: "Install", exact: true });
    await dialog.getByRole("heading", { name: title || name }).waitFor();
    await dialog.locator("[data-signed=true][data-vouched=true]").first().waitFor();
    await checkPage(page, "marketplace-plan");
    await install.click();
    await dialog.getByText(/Please agree first/).waitFor();
    await checkPage(page, "marketplace-no-consent");
    await dialog.getByRole("checkbox").check();
    await install.click();
    await dialog.getByText("Everything is installed.").waitFor({ timeout: 120_000 });
    await checkPage(page, "marketplace-installed");
    await dialog.getByRole("button", { name: "Close" }).click();
    await page.goto(`${base}/admin/modules`);
    const card = page.locator(`[data-module="${name}"]`);
    await card.getByText("Running", { exact: true }).waitFor({ timeout: 120_000 });
    await follow(page, card, name);
    await remove(page, card, name);
    assert.ok(!(await read(page, "/admin/modules")).some((module) => module.name === name));
  });
});

async function follow(page, card, name) {
  const dialog = page.getByRole("dialog");
  await card.getByRole("button", { name: "Updates" }).click();
  await dialog.getByLabel("Updates itself").selectOption("patch");
  await dialog.getByLabel("Only versions").fill("not a range");
  await dialog.getByRole("button", { name: "Save" }).click();
  await page.waitForFunction(() => document.querySelector("dialog [name=pin]")?.getAttribute("aria-invalid") === "true");
  await checkPage(page, "marketplace-policy-fault");
  await dialog.getByLabel("Only versions").fill("");
  await dialog.getByRole("button", { name: "Save" }).click();
  await dialog.waitFor({ state: "detached" });
  assert.equal((await read(page, `/admin/modules/${name}/policy`)).auto_update, "patch");
}

async function remove(page, card, name) {
  const dialog = page.getByRole("dialog");
  await card.getByRole("button", { name: "Remove" }).click();
  await dialog.getByLabel("Delete its data too").check();
  await dialog.getByRole("button", { name: "Remove it and its data" }).click();
  await dialog.getByText(`Type ${name} to delete its data for good.`).waitFor();
  await checkPage(page, "marketplace-remove");
  await dialog.getByLabel(`To confirm, type ${name}`).fill(name);
  await dialog.getByRole("button", { name: "Remove it and its data" }).click();
  await card.waitFor({ state: "detached", timeout: 60_000 });
}

test("a file that is no bundle is refused with a reason", async () => {
  await admin(async (page) => {
    await page.goto(`${base}/admin/modules`);
    await page.getByRole("button", { name: "Install from a file" }).click();
    const dialog = page.getByRole("dialog", { name: "Install from a file" });
    await dialog.getByLabel("Bundle").setInputFiles({ name: "notes.txt", mimeType: "text/plain", buffer: Buffer.from("notes") });
    await dialog.getByText(/its name has to end in \.rapt/).waitFor();
    await dialog.getByLabel("Bundle").setInputFiles({ name: "notes.rapt", mimeType: "application/octet-stream", buffer: Buffer.from("this is no archive") });
    await dialog.getByRole("button", { name: "Look at it" }).click();
    await dialog.getByRole("alert").first().waitFor();
    await checkPage(page, "marketplace-upload-refused");
  });
});

test("security advisories have a page, and administrators of groups see none of this", async () => {
  await admin(async (page) => {
    await page.goto(`${base}/admin/modules/advisories`);
    await page.getByRole("heading", { level: 1, name: "Security advisories" }).waitFor();
    const found = await read(page, "/admin/advisories");
    if (found.length === 0) await page.getByText("None holds for what is installed").waitFor();
    else await page.locator(`[data-advisory="${found[0].id}"]`).waitFor();
    await checkPage(page, "marketplace-advisories");
  });
  await withPage(account("group_admin"), async (page) => {
    await page.goto(`${base}/admin/modules/find`);
    await page.getByRole("heading", { name: "No tracks lead here" }).waitFor();
  });
});
