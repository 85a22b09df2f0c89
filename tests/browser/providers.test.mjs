// SPDX-License-Identifier: AGPL-3.0-or-later
import { test } from "node:test";
import { account, base, checkPage, withPage } from "./support.mjs";

test("what became of a login through a provider is said in words", async () => {
  await withPage(null, async (page) => {
    await page.goto(`${base}/login?error=account_unknown`);
    await page.getByText("No account was found").waitFor();
    await checkPage(page, "login-provider-error");
  });
});

test("a provider is set up: what cannot be read is said at its field", async () => {
  await withPage(account("system_admin"), async (page) => {
    await page.goto(`${base}/admin/auth-providers`);
    await page.getByRole("heading", { level: 1, name: "Login providers" }).waitFor();
    await checkPage(page, "providers");
    await page.getByRole("button", { name: "Set one up" }).click();
    const dialog = page.getByRole("dialog", { name: "Set up a login provider" });
    await dialog.getByLabel("Settings (JSON)").fill("{issuer}");
    await dialog.getByLabel("Domains", { exact: true }).fill("school");
    await dialog.getByRole("button", { name: "Save" }).click();
    await dialog.getByText(/That is not JSON/).waitFor();
    await dialog.getByText(/is not a domain/).waitFor();
    await checkPage(page, "provider-form");
  });
});
