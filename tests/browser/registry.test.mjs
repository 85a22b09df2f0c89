// SPDX-License-Identifier: AGPL-3.0-or-later
// The registry's own pages, read by somebody without an account.
import assert from "node:assert/strict";
import { test } from "node:test";
import { checkPage, registry, withPage } from "./support.mjs";

const url = registry();
const visit = (use) => withPage(null, use, { url });

/** What programs read is what the pages have to show. */
async function read(page, path) {
  const answer = await page.request.get(`${url}/api${path}`);
  assert.equal(answer.status(), 200, `${path}: ${await answer.text()}`);
  return (await answer.json()).data;
}

test("modules are found by words and filters, which stand in the address", async () => {
  await visit(async (page) => {
    await page.goto(`${url}/`);
    const cards = page.locator("[data-listed]");
    await page.locator("[data-listed=safety-filter]").waitFor();
    await checkPage(page, "registry-modules");
    await page.getByLabel("Search").fill("safety");
    await page.waitForURL(/q=safety/);
    const found = await read(page, "/modules?q=safety&limit=20");
    await page.waitForFunction((count) => document.querySelectorAll("[data-listed]").length === count, found.length);
    await page.getByLabel("Hook").selectOption("chat:before_ai");
    await page.waitForURL(/hook=/);
    await page.reload();
    assert.equal(await page.getByLabel("Search").inputValue(), "safety");
    assert.equal(await page.getByLabel("Hook").inputValue(), "chat:before_ai");
    await page.locator("[data-listed=safety-filter]").waitFor();
    await page.getByLabel("Search").fill("zzzzqqqqxxxx");
    await page.getByText("No module matches").waitFor();
    assert.equal(await cards.count(), 0);
    await checkPage(page, "registry-modules-none");
  });
});

test("a module's page says what it may use, what was found, and how it is installed", async () => {
  await visit(async (page) => {
    await page.goto(`${url}/`);
    const module = await read(page, "/modules/safety-filter");
    await page.locator("[data-listed=safety-filter]").getByRole("link", { name: module.title }).press("Enter");
    await page.getByRole("heading", { level: 1, name: module.title }).waitFor();
    await page.getByLabel("Command").getByText("rapt module install safety-filter").waitFor();
    await page.locator(`[data-version="${module.versions[0].version}"]`).waitFor();
    const version = await read(page, `/modules/safety-filter/versions/${module.latest.stable ?? module.latest.beta}`);
    await page.getByText(version.sha256).waitFor();
    for (const { name } of version.permissions) await page.locator(`[data-permission="${name}"]`).waitFor();
    await checkPage(page, "registry-module");
    await page.getByRole("link", { name: module.publisher_title || module.publisher, exact: true }).click();
    await page.getByRole("heading", { level: 2, name: "Keys" }).waitFor();
    await page.locator("[data-listed=safety-filter]").waitFor();
    await checkPage(page, "registry-publisher");
  });
});

test("tools, advisories and releases have pages, empty or not", async () => {
  await visit(async (page) => {
    for (const [path, title] of [["/tools", "Tools"], ["/advisories", "Security advisories"], ["/releases", "Releases"]]) {
      await page.goto(`${url}${path}`);
      await page.getByRole("heading", { level: 1, name: title }).waitFor();
      const items = await read(page, path);
      if (items.length === 0) await page.getByText(/^(Nobody has shared a tool yet|There are none|Nothing is released yet)$/).waitFor();
      else await page.getByRole("status").getByText(/shown$/).waitFor();
      await checkPage(page, `registry${path.replace("/", "-")}`);
    }
  });
});

test("an address that leads nowhere says so, and a name that nobody has", async () => {
  await visit(async (page) => {
    await page.goto(`${url}/no/such/page`);
    await page.getByRole("heading", { name: "No tracks lead here" }).waitFor();
    await checkPage(page, "registry-nowhere");
    await page.goto(`${url}/modules/nobody-has-this-name`);
    await page.getByText("Not found", { exact: true }).waitFor();
    await checkPage(page, "registry-no-module");
  });
});

test("the keyboard alone is enough: past the bar, and the theme", async () => {
  await visit(async (page) => {
    await page.goto(`${url}/`);
    await page.locator("[data-listed=safety-filter]").waitFor();
    await page.keyboard.press("Tab");
    await page.getByRole("link", { name: "Skip to the content" }).waitFor();
    await page.getByRole("button", { name: "Theme" }).press("Enter");
    await page.getByRole("menuitemradio", { name: "Dark" }).press("Enter");
    await page.waitForFunction(() => document.documentElement.dataset.theme === "dark");
  });
});
