// SPDX-License-Identifier: AGPL-3.0-or-later
import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { test } from "node:test";
import { account, base, checkPage, withPage } from "./support.mjs";

test("a file of users is tried out, its faulty lines shown, then imported", async () => {
  const mark = randomBytes(6).toString("hex");
  const [one, two] = [`one-${mark}@example.org`, `two-${mark}@example.org`];
  const csv = `email,name\n${one},First Person\nnot an address,Second Person\n${two},"Third, Person"\n`;
  await withPage(account("system_admin"), async (page) => {
    await page.goto(`${base}/admin/users/import`);
    await page.getByRole("button", { name: "Try it out" }).click();
    await page.getByText("Please choose a file.").waitFor();
    await page.getByLabel("File with users (CSV)").setInputFiles({ name: "users.csv", mimeType: "text/csv", buffer: Buffer.from(csv) });
    await page.getByRole("button", { name: "Try it out" }).click();
    await page.getByText("Trial run finished: nothing was changed").waitFor();
    await page.getByText("Line 3", { exact: true }).waitFor();
    await checkPage(page, "import-trial");
    const before = await page.request.get(`${base}/api/v1/admin/users?q=${mark}`);
    assert.deepEqual((await before.json()).data, [], "a trial changes nothing");
    await page.getByRole("button", { name: "Import for real" }).click();
    const dialog = page.getByRole("dialog", { name: "Import for real?" });
    await dialog.getByText(/2 accounts will be created/).waitFor();
    await dialog.getByRole("button", { name: "Import" }).click();
    await page.getByText("Import finished").waitFor();
    await checkPage(page, "import-done");
    const after = await page.request.get(`${base}/api/v1/admin/users?q=${mark}`);
    assert.deepEqual((await after.json()).data.map((each) => [each.email, each.name]), [[one, "First Person"], [two, "Third, Person"]]);
    await page.reload();
    await page.getByText("Import finished").waitFor();
  });
});
