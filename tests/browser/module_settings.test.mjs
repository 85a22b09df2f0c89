// SPDX-License-Identifier: AGPL-3.0-or-later
// What an administrator tells a module: fields of every kind, a fault at its field, a secret, and what a group inherits.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import * as show from "../e2e/panel_module.mjs";
import { account, base, checkPage, group, withPage } from "./support.mjs";

const options = { skip: show.skip };

before(() => show.skip || show.install());
after(() => show.skip || show.remove());

/** Opens the settings of the module once this host knows it. */
async function openSettings(page, place = "") {
  for (let tries = 0; tries < 60; ++tries) {
    await page.goto(`${base}/admin/module-settings?module=${show.name}${place}`);
    try {
      await page.getByLabel("Greeting").waitFor({ timeout: 3000 });
      return;
    } catch {
      // not started yet
    }
  }
  throw new Error("the settings did not appear");
}

const held = (page, name) => page.locator(`[data-in-force] [data-property=${name}]`);

test("the administrator sets fields of every kind, and a group inherits them", options, async () => {
  await withPage(account("system_admin"), async (page) => {
    await openSettings(page);
    await checkPage(page, "module-settings-empty");
    await page.getByLabel("Greeting").fill("Good morning");
    await page.getByLabel("Most entries").fill("50");
    await page.getByLabel("Share that counts").fill("0.5");
    await page.getByLabel("Order").selectOption({ label: "oldest" });
    await page.getByRole("button", { name: "Save" }).click();
    await page.getByText("Saved. Modules are told so within a second.").waitFor();
    await held(page, "greeting").getByText('"Good morning"').waitFor();
    await held(page, "order").getByText('"oldest"').waitFor();
    await checkPage(page, "module-settings-set");

    await openSettings(page, `&group=${group("school")}`);
    assert.equal(await page.getByLabel("Greeting").inputValue(), "", "nothing is set in the group itself");
    await held(page, "greeting").getByText('"Good morning"').waitFor();
    await checkPage(page, "module-settings-inherited");
  });
});

test("a fault is told at its field, and nothing that was entered is lost", options, async () => {
  await withPage(account("system_admin"), async (page) => {
    await openSettings(page);
    await page.getByLabel("Greeting").fill("Hello there");
    await page.getByLabel("Most entries").fill("501");
    await page.getByRole("button", { name: "Save" }).click();
    const field = page.getByLabel("Most entries");
    await page.waitForFunction(() => document.querySelector("[aria-invalid=true]") !== null);
    assert.equal(await field.getAttribute("aria-invalid"), "true");
    assert.equal(await page.getByLabel("Greeting").inputValue(), "Hello there");
    await checkPage(page, "module-settings-fault");
  });
});

test("a secret is set and removed, and never shown", options, async () => {
  await withPage(account("system_admin"), async (page) => {
    await openSettings(page);
    const secret = page.locator("[data-secret=api_key]");
    await secret.getByText("Not set here").waitFor();
    await secret.getByLabel("Set API key to").fill("k-very-secret");
    await secret.getByRole("button", { name: "Set" }).click();
    await secret.getByText("Set", { exact: true }).waitFor();
    await held(page, "api_key").getByText(/^Set/).waitFor();
    assert.ok(!(await page.content()).includes("k-very-secret"));
    await checkPage(page, "module-settings-secret");
    await secret.getByRole("button", { name: "Remove" }).click();
    const dialog = page.getByRole("dialog", { name: "Remove API key?" });
    await dialog.getByRole("button", { name: "Remove" }).click();
    await secret.getByText("Not set here").waitFor();
  });
});
