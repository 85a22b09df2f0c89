// SPDX-License-Identifier: AGPL-3.0-or-later
import assert from "node:assert/strict";
import { test } from "node:test";
import { account, base, checkPage, withPage } from "./support.mjs";

test("the administrator sees each module's state, hooks and sandbox", async () => {
  await withPage(account("system_admin"), async (page) => {
    await page.goto(`${base}/`);
    await page.getByRole("link", { name: "Modules", exact: true }).click();
    for (const name of ["safety-filter", "struggle-detector"]) {
      const card = page.locator(`[data-module="${name}"]`);
      await card.getByText("Signed", { exact: true }).waitFor();
      await card.getByText("Running", { exact: true }).waitFor();
      await card.locator("[data-hook^='chat:']").first().waitFor();
      await card.locator("summary", { hasText: "Sandbox" }).click();
      await card.getByText(/seccomp/).first().waitFor();
    }
    const card = page.locator('[data-module="safety-filter"]');
    await card.locator("summary", { hasText: "Log" }).click();
    await card.locator("summary", { hasText: "Bundle and other hosts" }).click();
    await card.getByText("This host", { exact: true }).waitFor();
    await page.locator("[data-plan]").getByText("Before the AI is asked").first().waitFor();
    await checkPage(page, "modules");
  });
});

test("the administrator narrows a hook's limit by keyboard and gives it back", async () => {
  await withPage(account("system_admin"), async (page) => {
    await page.goto(`${base}/admin/modules`);
    const hook = page.locator('[data-module="safety-filter"] [data-hook="chat:before_ai"]');
    await hook.getByText("1000 ms", { exact: true }).waitFor();
    await hook.getByRole("button", { name: "Change the limit of chat:before_ai" }).press("Enter");
    const box = hook.getByLabel(/Limit in milliseconds/);
    await box.fill("1001");
    await box.press("Enter");
    await hook.getByRole("alert").getByText(/from 1 to 1000/).waitFor();
    await checkPage(page, "modules-limit");
    await box.fill("900");
    await box.press("Enter");
    await hook.getByText("900 ms", { exact: true }).waitFor();
    await hook.getByText("declared: 1000 ms").waitFor();
    await hook.getByRole("button", { name: "Change the limit of chat:before_ai" }).press("Enter");
    await hook.getByRole("button", { name: "Back to 1000 ms" }).press("Enter");
    await hook.getByText("1000 ms", { exact: true }).waitFor();
  });
});

test("the administrator switches a module off, is asked before, and on again", async () => {
  await withPage(account("system_admin"), async (page) => {
    await page.goto(`${base}/admin/modules`);
    const card = page.locator('[data-module="struggle-detector"]');
    await card.getByText("Running", { exact: true }).waitFor();
    await card.getByRole("button", { name: "Switch off" }).click();
    const dialog = page.getByRole("dialog", { name: "Switch struggle-detector off?" });
    await dialog.getByRole("button", { name: "Cancel" }).click();
    await dialog.waitFor({ state: "hidden" });
    await card.getByText("Running", { exact: true }).waitFor();
    await card.getByRole("button", { name: "Switch off" }).click();
    await dialog.getByRole("button", { name: "Switch off" }).click();
    try {
      await card.getByText("It is not asked.").waitFor();
      await checkPage(page, "modules-off");
    } finally {
      await card.getByRole("button", { name: "Switch on" }).click();
    }
    await card.getByText("Running", { exact: true }).waitFor();
  });
});

test("only the modules in trouble have words to say so", async () => {
  await withPage(account("system_admin"), async (page) => {
    const answer = await page.request.get(`${base}/api/v1/admin/modules`);
    const modules = (await answer.json()).data;
    const [first] = modules;
    const sick = [
      { ...first, name: "quarantined-one", state: "quarantined", previous_version: "0.9.0", quarantine: { since: "2026-03-01T08:00:00.000Z", reason: "It ended ten times within ten minutes: it was killed (SIGKILL)." }, restarts: 10, last_failure: { at: "2026-03-01T08:00:00.000Z", reason: "it was killed (SIGKILL)" } },
      { ...first, name: "open-one", circuit: { state: "open", reason: "Five calls in a row came too late." }, hooks: first.hooks.map((hook) => ({ ...hook, calls: 12345, failures: 7, p50_us: 85, p99_us: 3210, max_us: 2_500_000 })) },
      { ...first, name: "refused-one", state: "refused", reason: "Its signature is not by a publisher that this installation trusts.", hooks: [], sandbox: { layers: [] } },
      { ...first, name: "upgrading-one", upgrade: { version: "2.0.0", failed: true, reason: "Its self-test answered with an error." } },
    ];
    // These states need a hostile module; how hosts come into them is what tests/hostile shows. Here only the page's words are tried.
    await page.route(/\/api\/v1\/admin\/modules(\?|$)/, (route) => route.fulfill({ json: { data: sick, meta: { next_cursor: null } } }));
    await page.goto(`${base}/admin/modules`);
    await page.getByText("It failed too often and is in quarantine").waitFor();
    await page.getByRole("button", { name: "Let out of quarantine" }).waitFor();
    await page.getByRole("button", { name: "Go back to 0.9.0" }).waitFor();
    await page.getByText("Not being asked", { exact: true }).waitFor();
    await page.getByText("12,345 times").first().waitFor();
    await page.getByText("Version 2.0.0 did not take over").waitFor();
    await checkPage(page, "modules-sick");
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
