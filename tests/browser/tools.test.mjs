// SPDX-License-Identifier: AGPL-3.0-or-later
import assert from "node:assert/strict";
import { test } from "node:test";
import { account, base, checkPage, tool, withPage } from "./support.mjs";

/** Fills a field by its name, whatever control its schema gave it. */
async function fill(page, name, value) {
  const field = page.getByLabel(name).first();
  const isSelect = await field.evaluate((element) => element instanceof HTMLSelectElement);
  if (isSelect) await field.selectOption({ label: value });
  else await field.fill(value);
}

test("a product tool's form becomes a result that can be run again", async () => {
  await withPage(account("teacher"), async (page) => {
    await page.goto(`${base}/tools/${tool("Lesson Plan Generator").id}`);
    await page.getByRole("button", { name: "Make it" }).click();
    await page.getByRole("alert").filter({ hasText: "your attention" }).waitFor();
    assert.equal(await page.locator(":focus").getAttribute("aria-invalid"), "true");
    await checkPage(page, "tool-form");
    await fill(page, /^Topic/, "Linear equations");
    await fill(page, /^Grade/, "8");
    await fill(page, /^Duration/, "45 minutes");
    await page.getByRole("button", { name: "Make it" }).click();
    await page.waitForURL(/\/runs\//);
    const result = page.getByRole("article");
    await result.getByRole("heading", { level: 2 }).waitFor();
    assert.match(await result.innerText(), /objectives/i);
    await checkPage(page, "run");
    await page.getByRole("link", { name: "Change and run again" }).click();
    await page.getByLabel(/^Topic/).waitFor();
    assert.equal(await page.getByLabel(/^Topic/).inputValue(), "Linear equations");
  });
});

test("a half-filled form survives a reload", async () => {
  await withPage(account("teacher", 1), async (page) => {
    await page.goto(`${base}/tools/${tool("Lesson Plan Generator").id}`);
    await page.getByLabel(/^Topic/).fill("Slopes of roofs");
    await page.reload();
    await page.getByLabel(/^Topic/).waitFor();
    assert.equal(await page.getByLabel(/^Topic/).inputValue(), "Slopes of roofs");
  });
});
