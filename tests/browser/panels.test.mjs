// SPDX-License-Identifier: AGPL-3.0-or-later
// Panels of a module on the pages of teachers, students and administrators. The module is that of tests/e2e.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import * as show from "../e2e/panel_module.mjs";
import { account, base, checkPage, group, withPage } from "./support.mjs";

const options = { skip: show.skip };

before(() => show.skip || show.install());
after(() => show.skip || show.remove());

const region = (page, name) => page.getByRole("region", { name, exact: true });

/// The panel "Slow" of the same module may have been asked first: it ends the process, and those that waited behind it fail
/// with it, until the reader asks again.
async function toldOfTheFault(page, name) {
  const fault = region(page, name).getByText(/gave an answer that cannot be used/);
  const refresh = region(page, name).getByRole("button", { name: `Refresh ${name}` });
  for (let tries = 0; tries < 10 && !(await fault.isVisible()); ++tries) {
    await refresh.click();
    await fault.waitFor({ timeout: 5000 }).catch(() => {});
  }
  await fault.waitFor();
}

async function classOf(page) {
  const answer = await page.request.get(`${base}/api/v1/auth/me`);
  return (await answer.json()).data.classes[0].id;
}

/** Opens an address again until the module that was just installed has its panels there. */
async function openWith(page, address, name) {
  for (let tries = 0; tries < 60; ++tries) {
    await page.goto(`${base}${address}`);
    try {
      await region(page, name).locator("dl, table, p[class], svg").first().waitFor({ timeout: 3000 });
      if ((await region(page, name).getByRole("alert").count()) === 0) return region(page, name);
    } catch {
      // not started yet
    }
  }
  throw new Error(`${name} did not appear at ${address}`);
}

test("a teacher reads figures, charts and a table of a class", options, async () => {
  await withPage(account("teacher"), async (page) => {
    const panel = await openWith(page, `/teaching?class_id=${await classOf(page)}`, "Reading log");
    await panel.getByText("Books finished").waitFor();
    await region(page, "Nothing").getByText("Nobody has read anything yet.").waitFor();
    await checkPage(page, "panels-class");

    const chart = panel.getByRole("slider", { name: /Pages a day/ });
    await chart.focus();
    await page.keyboard.press("ArrowRight");
    await page.keyboard.press("ArrowRight");
    assert.equal(await chart.getAttribute("aria-valuetext"), "Tue: Class 410 pages, Goal 300 pages");
    await checkPage(page, "panels-chart-read");

    const table = panel.getByRole("table", { name: "Students" });
    await table.getByRole("button", { name: "Pages" }).press("Enter");
    assert.deepEqual(await table.locator("tbody td:first-child").allInnerTexts(), ["Ben", "Zoe", "Ann", "Carl"]);
    await panel.getByRole("button", { name: "Show as a table" }).first().click();
    await panel.getByRole("columnheader", { name: "Class (pages)" }).waitFor();
    await checkPage(page, "panels-tables");
  });
});

test("a panel that fails is alone in it, and the reader is told", options, async () => {
  await withPage(account("system_admin"), async (page) => {
    await openWith(page, "/admin/modules", "Reading on this installation");
    const teacher = account("teacher");
    const login = await page.request.post(`${base}/api/v1/auth/login`, { data: { email: teacher.email, password: teacher.password }, headers: { Origin: base } });
    assert.ok(login.ok());
    const id = await classOf(page);
    const admin = account("system_admin");
    await page.request.post(`${base}/api/v1/auth/login`, { data: { email: admin.email, password: admin.password }, headers: { Origin: base } });
    await page.goto(`${base}/teaching?class_id=${id}`);
    await toldOfTheFault(page, "Markup");
    await toldOfTheFault(page, "Misshapen");
    await page.getByRole("heading", { name: "Conversations" }).waitFor();
    assert.equal(await page.locator("[data-panels] img, [data-panels] script").count(), 0);
    await checkPage(page, "panels-failed");
  });
});

test("panels stand at home, in a group and on the system's page", options, async () => {
  await withPage(account("student"), async (page) => {
    await openWith(page, "/", "My reading");
    await checkPage(page, "panels-home");
  });
  await withPage(account("group_admin"), async (page) => {
    await openWith(page, `/admin/users?group_id=${group("school")}`, "Reading in this group");
    await checkPage(page, "panels-group");
  });
});

test("the administrator sees a module's processes, figures, log and what it was granted", options, async () => {
  await withPage(account("system_admin"), async (page) => {
    await openWith(page, "/admin/modules", "Reading on this installation");
    const card = page.locator(`[data-module="${show.name}"]`);
    await card.locator("summary", { hasText: "What it was granted" }).click();
    await card.getByText("It shows figures, tables and texts on pages").waitFor();
    await card.locator("summary", { hasText: "Processes and figures" }).click();
    await card.getByRole("table", { name: "What it counts itself" }).getByText("panels_shown").waitFor();
    await card.locator("[data-hook=panel] summary", { hasText: "How long its answers took" }).click();
    await card.locator("summary", { hasText: /^Log$/ }).click();
    await card.getByLabel(`Search the log of ${show.name}`).fill("no such words");
    await card.getByText(/Nothing of that kind|has not logged anything/).waitFor();
    await checkPage(page, "panels-module");
  });
});
