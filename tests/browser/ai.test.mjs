// SPDX-License-Identifier: AGPL-3.0-or-later
// Models, prices, limits and budgets, and what somebody sees who has reached one.
import assert from "node:assert/strict";
import { test } from "node:test";
import { account, base, checkPage, group, say, startChat, withPage } from "./support.mjs";

const school = group("school");

async function change(page, path, data) {
  const answer = await page.request.patch(`${base}/api/v1${path}`, { data, headers: { Origin: base } });
  assert.ok(answer.ok(), `${path}: ${await answer.text()}`);
}

test("a system administrator adds a model, changes its price, and deletes it", async () => {
  await withPage(account("system_admin"), async (page) => {
    await page.goto(`${base}/`);
    await page.getByRole("link", { name: "AI", exact: true }).click();
    await page.getByRole("link", { name: "Models", exact: true }).click();
    await page.getByRole("button", { name: "Add a model" }).click();
    const dialog = page.getByRole("dialog");
    await dialog.getByLabel("Id", { exact: true }).fill("browser/test-model");
    await dialog.getByLabel("Name", { exact: true }).fill("A model of the browser test");
    await dialog.getByLabel("Dollars for 1,000 tokens in").fill("0,003");
    await dialog.getByRole("button", { name: "Save" }).click();
    await dialog.getByText("Write a price in US dollars").waitFor();
    await checkPage(page, "ai-model-faults");
    await dialog.getByLabel("Dollars for 1,000 tokens in").fill("0.003");
    await dialog.getByLabel("Dollars for 1,000 tokens out").fill("0.015");
    await dialog.getByLabel("Active").uncheck();
    await dialog.getByRole("button", { name: "Save" }).click();
    await dialog.waitFor({ state: "detached" });
    const card = page.locator('[data-model="browser/test-model"]');
    await card.getByText("$0.003 in and $0.015 out").waitFor();
    await checkPage(page, "ai-models");
    await card.getByRole("button", { name: "Change" }).click();
    await dialog.getByLabel("Dollars for 1,000 tokens out").fill("0.0165");
    await dialog.getByRole("button", { name: "Save" }).click();
    await card.getByText("$0.0165 out").waitFor();
    await card.getByRole("button", { name: "Activate" }).click();
    await card.getByText("Active", { exact: true }).waitFor();
    await card.getByRole("button", { name: "Delete" }).click();
    await page.getByRole("dialog").getByRole("button", { name: "Delete" }).click();
    await card.waitFor({ state: "detached" });
  });
});

test("a limit that an administrator sets reaches a student as a friendly card", async () => {
  try {
    await limitReachesStudent();
  } finally {
    // Whatever the test has come to, the school's own limits are those of the demonstration again.
    await withPage(account("system_admin"), (page) => change(page, `/admin/ai/settings/${school}`, { user_requests_per_hour: null }));
  }
});

async function limitReachesStudent() {
  await withPage(account("system_admin"), async (page) => {
    await page.goto(`${base}/admin/ai/settings?group=${school}`);
    await page.getByLabel("Questions an hour", { exact: true }).fill("0");
    await page.getByRole("button", { name: "Save" }).click();
    await page.getByText("Saved.").waitFor();
    await page.locator("[data-limit=user_requests_per_hour]").first().waitFor();
    await checkPage(page, "ai-settings");
    await page.getByLabel("For").selectOption("");
    await page.getByLabel("Time zone").waitFor();
    await checkPage(page, "ai-settings-system");
  });
  await withPage(account("student", 26), async (page) => {
    await startChat(page);
    await say(page, "How do I solve x + 2 = 5?");
    const card = page.locator("[data-refusal=limit]");
    await card.getByText("Time for a short break").waitFor();
    await card.getByText(/You can go on from/).waitFor();
    await card.getByText("How do I solve x + 2 = 5?").waitFor();
    await checkPage(page, "chat-limit");
    await page.reload();
    await page.getByLabel("Your message").waitFor();
    assert.equal(await page.getByLabel("Your message").inputValue(), "How do I solve x + 2 = 5?");
  });
}

test("a teacher narrows the limits of a class", async () => {
  await withPage(account("teacher"), async (page) => {
    await page.goto(`${base}/teaching`);
    await page.getByLabel("Class").selectOption({ index: 1 });
    await page.getByRole("link", { name: "AI in this class" }).click();
    await page.getByLabel("Questions a day", { exact: true }).fill("many");
    await page.getByRole("button", { name: "Save" }).click();
    await page.getByText("Write a whole number, such as 30.").waitFor();
    await page.getByLabel("Questions a day", { exact: true }).fill("500");
    await page.getByRole("button", { name: "Save" }).click();
    await page.getByText("Saved.").waitFor();
    await page.locator("[data-limit=user_requests_per_day]").first().waitFor();
    await checkPage(page, "class-ai");
    await page.getByLabel("Questions a day", { exact: true }).fill("");
    await page.getByRole("button", { name: "Save" }).click();
    await page.getByText("Saved.").waitFor();
  });
});
