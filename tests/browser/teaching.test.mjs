// SPDX-License-Identifier: AGPL-3.0-or-later
import assert from "node:assert/strict";
import { test } from "node:test";
import { account, base, checkPage, say, startChat, waitForMessages, withPage } from "./support.mjs";

const struggle = ["how do i solve 3x + 5 = 20", "i dont get it, how do i solve 3x + 5 = 20??", "ugh this is so stupid i dont understand ANYTHING!!!"];

test("the teacher sees a student's conversation with the signs of struggle beside it", async () => {
  let id;
  await withPage(account("student", 18), async (page) => {
    await startChat(page);
    id = new URL(page.url()).pathname.split("/").at(-1);
    for (const [index, words] of struggle.entries()) {
      await say(page, words);
      await waitForMessages(page, 2 * index + 2);
    }
  });
  await withPage(account("teacher"), async (page) => {
    await page.goto(`${base}/`);
    await page.getByRole("heading", { name: "Your classes" }).waitFor();
    await checkPage(page, "home-teacher");
    await page.getByRole("link", { name: "Teaching", exact: true }).click();
    const row = page.locator(`a[href="/teaching/sessions/${id}"]`);
    await row.getByText(/\d notes?/).waitFor();
    await checkPage(page, "teaching");
    await page.getByLabel("State").selectOption("completed");
    await row.waitFor({ state: "detached" });
    await page.getByLabel("State").selectOption("active");
    await row.click();
    const card = page.locator("[data-extraction]").filter({ hasText: "struggle-detector" }).first();
    await card.waitFor();
    assert.ok((await card.locator("li").count()) > 0, "the card lists indicators");
    assert.match(await page.locator("[data-role=user]").last().innerText(), /so stupid/);
    assert.equal(await page.getByLabel("Your message").count(), 0);
    await checkPage(page, "transcript");
  });
});

test("a student is not led to the teacher's or the administrator's pages", async () => {
  await withPage(account("student", 19), async (page) => {
    for (const path of ["/teaching", "/admin/modules"]) {
      await page.goto(base + path);
      await page.getByRole("heading", { name: "No tracks lead here" }).waitFor();
    }
    assert.equal(await page.getByRole("link", { name: "Teaching" }).count(), 0);
  });
});
