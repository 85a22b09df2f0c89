// SPDX-License-Identifier: AGPL-3.0-or-later
// A browser on a running system, and what every page of it must keep to.
import assert from "node:assert/strict";
import { mkdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { after } from "node:test";
import { chromium } from "playwright-core";

const runFile = process.env.RUN_JSON;
if (!runFile) throw new Error("RUN_JSON is not set: start the system with ./rapt up --detach and set RUN_JSON=var/run.json");
const run = JSON.parse(readFileSync(runFile, "utf8"));
export const base = (process.env.BASE_URL ?? run.base_url).replace(/\/$/, "");
/** Where the registry's own pages are. */
export const registry = () => {
  if (!run.marketplace_url) throw new Error("run.json has no marketplace_url");
  return run.marketplace_url.replace(/\/$/, "");
};
const screenshots = process.env.SCREENSHOT_DIR;
const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
  args: ["--no-sandbox", "--headless=new", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"],
});
after(() => browser.close());

export function account(role, index = 0) {
  const found = run.accounts.filter((each) => each.role === role)[index];
  if (!found) throw new Error(`run.json has no account ${index} with role ${role}`);
  return found;
}

export function tool(name) {
  const found = run.tools.find((each) => each.name === name);
  if (!found) throw new Error(`run.json has no tool "${name}"`);
  return found;
}

/** The id of the first group of that type. */
export function group(type) {
  const found = run.groups.find((each) => each.type === type);
  if (!found) throw new Error(`run.json has no group of type ${type}`);
  return found.id;
}

/**
 * Opens a page, logged in as somebody or nobody, and gives it to `use`. Fails afterwards if the page broke its
 * Content-Security-Policy, wrote an error to the console, threw, or asked any other host for anything. `url` is another
 * host than the system's, `proxy` the way there.
 */
export async function withPage(who, use, { url = base, proxy } = {}) {
  const way = proxy ? { proxy: { server: proxy, bypass: "<-loopback>" } } : {};
  const context = await browser.newContext({ viewport: desktop, colorScheme: "light", locale: "en-US", ...way });
  const faults = [];
  context.on("page", (page) => watch(page, url, faults));
  const page = await context.newPage();
  try {
    if (who) await logIn(context, who, url);
    await use(page, context);
    assert.deepEqual(faults, [], "faults on the page");
  } finally {
    await context.close();
  }
}

async function logIn(context, { email, password }, url) {
  const answer = await context.request.post(`${url}/api/v1/auth/login`, { data: { email, password }, headers: { Origin: url } });
  assert.equal(answer.status(), 200, `login as ${email}: ${await answer.text()}`);
}

function watch(page, url, faults) {
  page.on("pageerror", (error) => faults.push(`exception: ${error.message}`));
  page.on("console", (message) => {
    // The browser itself reports each failed answer; what the pages make of those is what the tests look at.
    const refusal = message.text().startsWith("Failed to load resource") && message.location().url.startsWith(`${url}/api/`);
    if (message.type() === "error" && !refusal) faults.push(`console: ${message.text()}`);
  });
  page.on("request", (request) => {
    if (!request.url().startsWith(`${url}/`) && !request.url().startsWith("data:")) faults.push(`foreign request: ${request.url()}`);
  });
}

const desktop = { width: 1280, height: 850 };
const phone = { width: 390, height: 844 };

/**
 * What holds for every page, at desktop and phone width, light and dark: the banners that the installation owes (a
 * registry owes none), no sideways scrolling, and nothing that axe finds against WCAG 2.2 AA. Leaves a screenshot of each when SCREENSHOT_DIR is set.
 */
export async function checkPage(page, name) {
  const { origin } = new URL(page.url());
  const owed = origin === new URL(base).origin ? (await (await page.request.get(`${origin}/api/v1/instance`)).json()).data : {};
  const { demo_model: demo = false, development_mode: development = false } = owed;
  for (const colorScheme of ["light", "dark"]) {
    await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
    await page.waitForFunction((theme) => document.documentElement.dataset.theme === theme, colorScheme);
    for (const size of [desktop, phone]) {
      await page.setViewportSize(size);
      await page.evaluate(() => document.fonts.ready);
      await screenshot(page, `${name}-${size.width}-${colorScheme}`);
      assert.equal(await page.locator("[data-banner=demo-model]").isVisible(), demo, `${name}: demonstration banner`);
      assert.equal(await page.locator("[data-banner=development-mode]").isVisible(), development, `${name}: development banner`);
      const sideways = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
      assert.ok(sideways <= 0, `${name} scrolls sideways by ${sideways} pixels at width ${size.width}`);
      await checkAccessibility(page, `${name} (${size.width}, ${colorScheme})`);
    }
  }
  await page.setViewportSize(desktop);
}

async function screenshot(page, name) {
  if (!screenshots) return;
  mkdirSync(screenshots, { recursive: true });
  await page.screenshot({ path: `${screenshots}/${name}.png`, fullPage: true });
}

async function checkAccessibility(page, name) {
  await page.evaluate(axe);
  const violations = await page.evaluate(async () => {
    const rules = { type: "tag", values: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"] };
    const result = await window.axe.run(document, { runOnly: rules });
    return result.violations.map((each) => `${each.id}: ${each.help}: ${each.nodes.map((node) => node.target.join(" ")).slice(0, 3).join("; ")}`);
  });
  assert.deepEqual(violations, [], `accessibility of ${name}`);
}

/** Opens a new conversation with a chat tool the way a student does. */
export async function startChat(page, name = "Socratic Algebra Tutor") {
  await page.goto(`${base}/tools/${tool(name).id}`);
  await page.getByRole("button", { name: "Start a conversation" }).click();
  await page.getByLabel("Your message").waitFor();
}

/** Writes a message and sends it by Enter. */
export async function say(page, text) {
  const box = page.getByLabel("Your message");
  await box.fill(text);
  await box.press("Enter");
}

/** Waits until the conversation holds so many stored messages and none is under way. */
export async function waitForMessages(page, count) {
  await page.waitForFunction(
    (wanted) => document.querySelectorAll("[data-stored=true]").length === wanted && !document.querySelector("[data-stored=false]"),
    count,
  );
  await page.getByLabel("Your message").waitFor();
}
