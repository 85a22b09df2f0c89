// SPDX-License-Identifier: AGPL-3.0-or-later
import assert from "node:assert/strict";
import { test } from "node:test";
import { account, base, checkPage, say, startChat, waitForMessages, withPage } from "./support.mjs";

const struggle = ["what is a fraction", "i dont get it, what is a fraction??", "ugh this is so stupid i dont understand ANYTHING!!!"];

test("a teacher finds a student's struggle in the class, narrows it, and goes to the message", async () => {
  const student = account("student", 17);
  let name;
  await withPage(student, async (page) => {
    await startChat(page);
    name = await page.evaluate(async () => (await (await fetch("/api/v1/auth/me")).json()).data.user.name);
    for (const [index, words] of struggle.entries()) {
      await say(page, words);
      await waitForMessages(page, 2 * index + 2);
    }
  });
  await withPage(account("teacher"), async (page) => {
    await page.goto(`${base}/teaching`);
    await page.getByLabel("Class").selectOption({ index: 1 });
    await page.getByRole("link", { name: "Findings" }).click();
    const list = page.getByRole("list", { name: "Findings" });
    await list.getByText("A student struggles").first().waitFor();
    await checkPage(page, "findings");
    await page.getByLabel("Type").selectOption({ label: "A student struggles" });
    await page.getByLabel("Student").selectOption({ label: name });
    await page.waitForFunction((who) => {
      const rows = [...document.querySelectorAll('[aria-label="Findings"] > li')];
      return rows.length > 0 && rows.every((row) => row.textContent.includes(who) && row.textContent.includes("A student struggles"));
    }, name);
    const file = await page.request.get(base + (await page.getByRole("link", { name: "Download as CSV" }).getAttribute("href")));
    assert.equal(file.status(), 200);
    const lines = (await file.text()).trim().split("\r\n");
    assert.match(lines[0], /^time,module,type,user_id,user,/);
    assert.ok(lines.length > 1 && lines.slice(1).every((line) => line.includes(",struggle-detector,struggle,")), lines.join("\n"));
    await list.getByRole("link", { name: "Conversation" }).first().click();
    await page.locator("[data-extraction=struggle]").first().waitFor();
    assert.match(page.url(), /\/teaching\/sessions\/[0-9a-f-]+#message-\d+$/);
    await page.goBack();
    await page.getByLabel("Assignment").selectOption({ index: 1 });
    await page.getByRole("link", { name: /Everything in/ }).waitFor();
    await page.getByRole("heading", { name: /^Findings in / }).waitFor();
    await checkPage(page, "findings-assignment");
  });
});

test("the administrator reads what a module tells teachers of", async () => {
  await withPage(account("system_admin"), async (page) => {
    await page.goto(`${base}/admin/modules`);
    await page.locator('[data-module="struggle-detector"]').getByText("A student struggles, How it went").waitFor();
  });
});

test("a student is not led to what was found in a class", async () => {
  await withPage(account("student", 17), async (page) => {
    await page.goto(`${base}/classes/00000000-0000-7000-8000-000000000001/findings`);
    await page.getByRole("heading", { name: "No tracks lead here" }).waitFor();
  });
});
