// SPDX-License-Identifier: AGPL-3.0-or-later
// What a lesson looks like when something comes between: a host that dies, a limit that is near, another tab, another
// administrator; and what its teacher reads afterwards. The gateway is the test: it writes when it is told to.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { ScriptedGateway, startHost } from "../e2e/scripted_host.mjs";
import { account, checkPage, group, say, waitForMessages, withPage } from "./support.mjs";

const { RAPT_LAUNCHER, RAPT_INSTANCE } = process.env;
const options = { skip: RAPT_LAUNCHER && RAPT_INSTANCE ? false : "RAPT_LAUNCHER and RAPT_INSTANCE are not set", timeout: 240_000 };
const gateway = new ScriptedGateway();
const school = group("school");
let address, host, url, tool;

before(async () => {
  if (options.skip) return;
  address = await gateway.start();
  host = await startHost(address);
  url = host.url;
  await withPage(account("teacher"), async (page) => {
    const definition = "name: Tutor of interrupted lessons\ntype: chat\nversion: 1.0.0\nbehavior: Be kind.\nsummary: true\n";
    tool = await ask(page, "POST", "/tools", { definition, group_id: school });
  }, { url });
}, { timeout: 240_000 });

after(async () => {
  gateway.stop();
  await host?.stop();
});

async function ask(page, method, path, data) {
  const answer = await page.request.fetch(`${url}/api/v1${path}`, { method, headers: { Origin: url }, ...(data ? { data } : {}) });
  assert.ok(answer.ok(), `${path}: ${await answer.text()}`);
  return (await answer.json()).data;
}

/** Opens a conversation of the teacher's. */
function inConversation(use) {
  return withPage(account("teacher"), async (page, context) => {
    const session = await ask(page, "POST", "/sessions", { tool_id: tool.id });
    await page.goto(`${url}/sessions/${session.id}`);
    await page.getByLabel("Your message").waitFor();
    gateway.requests.length = 0;
    await use(page, context, session);
  }, { url });
}

const lastAnswer = (page) => page.locator("[data-role=assistant][data-stored]").last();

test("an answer whose host is killed says that it was interrupted, keeps its words, and is not asked again", options, async () => {
  await inConversation(async (page) => {
    const goOn = gateway.halting("As far as we came, ", "and no further.");
    await say(page, "Will you be there tomorrow?");
    await page.getByText("As far as we came,").waitFor();
    await host.kill();
    await page.locator("[data-connection=lost]").waitFor();
    await checkLost(page);
    host = await startHost(address, { PORT: host.port });
    await page.locator("[data-note=interrupted]").last().waitFor();
    await waitForMessages(page, 2);
    assert.match(await lastAnswer(page).innerText(), /As far as we came,/);
    assert.match(await lastAnswer(page).innerText(), /interrupted before its end/);
    assert.equal(gateway.requests.length, 1, "the model was asked once");
    await checkPage(page, "lesson-interrupted");
    goOn();
    gateway.script = ["The whole answer."];
    await page.getByRole("button", { name: "Ask again" }).click();
    await page.locator("[data-stored=true]").getByText("The whole answer.").waitFor();
    await waitForMessages(page, 2);
  });
});

/** The words stay where they are while the way back is looked for. */
async function checkLost(page) {
  assert.match(await page.locator("[data-connection=lost]").innerText(), /Reconnecting/);
  assert.match(await page.locator("[data-role=assistant]").innerText(), /As far as we came,/);
}

/** Sets what the school is allowed, and takes it back whatever comes of it. */
async function withLimit(limits, use) {
  const change = (data) => withPage(account("system_admin"), (page) => ask(page, "PATCH", `/admin/ai/settings/${school}`, data), { url });
  await change(limits);
  try {
    await use();
  } finally {
    await change(Object.fromEntries(Object.keys(limits).map((name) => [name, null])));
  }
}

test("a limit that is near is said below the answer, while it is written and afterwards", options, async () => {
  await withLimit({ user_requests_per_hour: 1000, soft_limit: "0.001" }, () =>
    inConversation(async (page) => {
      const goOn = gateway.halting("Slowly, ", "and done.");
      await say(page, "How often may I ask?");
      await page.getByText("Slowly,").waitFor();
      const notice = page.locator("[data-notice]");
      await notice.waitFor();
      assert.match(await notice.innerText(), /You have used \d+ of 1000 requests of this hour\./);
      goOn();
      await waitForMessages(page, 2);
      await notice.waitFor();
      await checkPage(page, "lesson-notice");
      await page.reload();
      await waitForMessages(page, 2);
      assert.match(await notice.innerText(), /of 1000 requests/);
    }),
  );
});

test("a message from a tab that does not know of another answer is answered 409, kept, and sent again", options, async () => {
  await inConversation(async (page, context) => {
    const other = await context.newPage();
    // As a tab of another browser: nobody tells it that the conversation goes on.
    await other.addInitScript("delete window.BroadcastChannel");
    await other.goto(page.url());
    await other.getByLabel("Your message").waitFor();
    const goOn = gateway.halting("To the first tab, ", "as promised.");
    await say(page, "I was first");
    await page.getByText("To the first tab,").waitFor();
    const answered = other.waitForResponse((answer) => answer.url().endsWith("/messages"));
    await say(other, "And I was second");
    assert.equal((await answered).status(), 409);
    await other.getByText("To the first tab,").waitFor(); // now it knows
    goOn();
    await waitForMessages(page, 2);
    await waitForMessages(other, 2);
    const refused = other.locator("[data-refusal=failed]");
    await refused.getByText(/still being answered/).waitFor();
    await refused.getByText("And I was second").waitFor();
    assert.equal(gateway.requests.length, 1, "nothing was asked for it, so nothing paid");
    await checkPage(other, "lesson-second-tab");
    gateway.script = ["To the second tab."];
    await refused.getByRole("button", { name: "Try again" }).click();
    await waitForMessages(other, 4);
    assert.match(await lastAnswer(other).innerText(), /To the second tab\./);
    await page.reload();
    await waitForMessages(page, 4);
  });
});

test("who may read a conversation finds what it came to, once it has ended", options, async () => {
  let id;
  await inConversation(async (page, _context, session) => {
    id = session.id;
    gateway.script = ["We worked on fractions."];
    await say(page, "What did we do today?");
    await waitForMessages(page, 2);
    await page.getByRole("button", { name: "Finish" }).click();
    await page.getByRole("dialog").getByRole("button", { name: "Finish it" }).click();
    await page.getByText("This conversation is finished").waitFor();
    assert.equal(await page.locator("[data-summary]").count(), 0, "it is not for whoever held it");
  });
  await withPage(account("system_admin"), async (page) => {
    // A job of some host writes it: the page is opened until it is there.
    const card = page.locator("[data-summary]");
    const end = Date.now() + 60_000;
    do {
      await page.goto(`${url}/teaching/sessions/${id}`);
      await page.locator("[data-role=assistant]").waitFor();
      await page.waitForLoadState("networkidle");
    } while ((await card.count()) === 0 && Date.now() < end);
    const [title, said, by] = (await card.innerText()).split("\n").filter((line) => line !== "");
    assert.equal(title, "Summary");
    assert.ok(said.length > 10, "what the model made of it");
    assert.match(by, /Written by the AI/);
    await checkPage(page, "lesson-summary");
  }, { url });
});

test("a stale edit of the limits is answered 412, and nothing that was written is lost", options, async () => {
  try {
    await withPage(account("system_admin"), async (page) => {
      await page.goto(`${url}/admin/ai/settings?group=${school}`);
      await page.getByLabel("Questions an hour", { exact: true }).fill("70");
      await ask(page, "PATCH", `/admin/ai/settings/${school}`, { user_requests_per_day: 900 });
      const refused = page.waitForResponse((answer) => answer.request().method() === "PATCH");
      await page.getByRole("button", { name: "Save" }).click();
      assert.equal((await refused).status(), 412);
      await page.getByText("Somebody else was faster").waitFor();
      assert.equal(await page.getByLabel("Questions an hour", { exact: true }).inputValue(), "70");
      await checkPage(page, "lesson-stale-edit");
      await page.getByRole("button", { name: "Load the present state" }).click();
      await page.waitForFunction(() => [...document.querySelectorAll("input")].some(({ value }) => value === "900"));
      assert.equal(await page.getByLabel("Questions an hour", { exact: true }).inputValue(), "");
    }, { url });
  } finally {
    await withPage(account("system_admin"), (page) => ask(page, "PATCH", `/admin/ai/settings/${school}`, { user_requests_per_day: null }), { url });
  }
});
