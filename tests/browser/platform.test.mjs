// SPDX-License-Identifier: AGPL-3.0-or-later
// The platform's own page: which release runs, and when somebody looked for another. Updates themselves are in tests/e2e.
import assert from "node:assert/strict";
import { test } from "node:test";
import { account, base, checkPage, withPage } from "./support.mjs";

test("an administrator sees which release runs, and has a look for another", async () => {
  await withPage(account("system_admin"), async (page) => {
    await page.goto(base);
    await page.getByRole("link", { name: "Platform", exact: true }).click();
    const { version } = (await (await page.request.get(`${base}/api/v1/admin/platform`)).json()).data;
    await page.locator(`[data-version="${version}"]`).waitFor();
    await checkPage(page, "platform");
    const asked = page.waitForResponse((response) => response.url().endsWith("/api/v1/admin/platform/look"));
    await page.getByRole("button", { name: "Look for releases now" }).click();
    assert.equal((await asked).status(), 202);
    await page.getByText(/Looked for releases|The last look for releases came to nothing/).first().waitFor({ timeout: 60_000 });
    await checkPage(page, "platform-looked");
  });
});

test("a teacher is not led to the platform's page", async () => {
  await withPage(account("teacher"), async (page) => {
    await page.goto(base);
    await page.getByRole("heading", { level: 1 }).waitFor();
    assert.equal(await page.getByRole("link", { name: "Platform", exact: true }).count(), 0);
    await page.goto(`${base}/admin/platform`);
    await page.getByText("No tracks lead here").waitFor();
  });
});
