// SPDX-License-Identifier: AGPL-3.0-or-later
import assert from "node:assert/strict";
import { test } from "node:test";
import { account, base, checkPage, withPage } from "./support.mjs";

test("the administrator sees each module's state, permissions and sandbox", async () => {
  await withPage(account("system_admin"), async (page) => {
    await page.goto(`${base}/`);
    await page.getByRole("link", { name: "Modules", exact: true }).click();
    for (const name of ["safety-filter", "struggle-detector"]) {
      const card = page.locator(`[data-module="${name}"]`);
      await card.getByText("Signed", { exact: true }).waitFor();
      const text = await card.innerText();
      assert.match(text, /chat:/);
      assert.match(text, /seccomp/i);
    }
    await checkPage(page, "modules");
  });
});

test("the chosen theme stays", async () => {
  await withPage(account("system_admin"), async (page) => {
    await page.goto(`${base}/`);
    await page.getByRole("button", { name: /^Account of/ }).click();
    await page.getByRole("menuitemradio", { name: "Dark" }).click();
    await page.waitForFunction(() => document.documentElement.dataset.theme === "dark");
    await page.reload();
    await page.getByRole("heading", { level: 1 }).waitFor();
    assert.equal(await page.evaluate(() => document.documentElement.dataset.theme), "dark");
  });
});
