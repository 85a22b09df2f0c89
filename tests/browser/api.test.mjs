// SPDX-License-Identifier: AGPL-3.0-or-later
import assert from "node:assert/strict";
import { test } from "node:test";
import { account, base, checkPage, withPage } from "./support.mjs";

test("anybody reads the API, searches it and follows a link into it", async () => {
  await withPage(null, async (page) => {
    await page.goto(`${base}/developers/api`);
    await page.getByRole("heading", { level: 1, name: "The API" }).waitFor();
    await page.getByRole("heading", { level: 2, name: "Groups" }).waitFor();
    await page.getByRole("searchbox", { name: "Search" }).fill("join class");
    const operation = page.locator("#joinClass");
    await operation.locator("summary").first().focus();
    await page.keyboard.press("Enter");
    await operation.getByText("The code.", { exact: false }).first().waitFor();
    assert.equal(await page.locator("#logIn").count(), 0);
    await checkPage(page, "api");
    await page.goto(`${base}/developers/api#createGroup`);
    await page.reload();
    await page.locator("#createGroup").getByText("Parameters").or(page.locator("#createGroup").getByRole("heading", { name: "Body" })).first().waitFor();
    assert.ok(await page.locator("#createGroup").getAttribute("open") !== null);
  });
});

test("the account menu leads to the API", async () => {
  await withPage(account("teacher"), async (page) => {
    await page.goto(base);
    await page.getByRole("button", { name: /^Account of/ }).click();
    await page.getByRole("menuitem", { name: "The API" }).click();
    await page.waitForURL(/\/developers\/api$/);
    await page.getByRole("heading", { level: 1, name: "The API" }).waitFor();
  });
});
