// SPDX-License-Identifier: AGPL-3.0-or-later
// An answer on its way outlives its connection, its page and its tab. The gateway is the test: it writes when it is told to.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { ScriptedGateway, startHost } from "../e2e/scripted_host.mjs";
import { LossyWay } from "./lossy_way.mjs";
import { account, checkPage, group, say, waitForMessages, withPage } from "./support.mjs";

const { RAPT_LAUNCHER, RAPT_INSTANCE } = process.env;
const options = { skip: RAPT_LAUNCHER && RAPT_INSTANCE ? false : "RAPT_LAUNCHER and RAPT_INSTANCE are not set", timeout: 180_000 };
const gateway = new ScriptedGateway();
const way = new LossyWay();
let host, proxy, tool;

before(async () => {
  if (options.skip) return;
  proxy = await way.start();
  host = await startHost(await gateway.start());
  await withPage(account("teacher"), async (page) => {
    tool = await call(page, "/tools", { definition: "name: Patient tutor\ntype: chat\nversion: 1.0.0\nbehavior: Be kind.\n", group_id: group("school") });
  }, { url: host.url });
}, { timeout: 240_000 });

after(async () => {
  gateway.stop();
  way.stop();
  await host?.stop();
});

async function call(page, path, data) {
  const answer = await page.request.post(`${host.url}/api/v1${path}`, { data, headers: { Origin: host.url } });
  assert.ok(answer.ok(), `${path}: ${await answer.text()}`);
  return (await answer.json()).data;
}

/** Opens a conversation over the way that can be lost. */
function inConversation(use) {
  return withPage(account("teacher"), async (page, context) => {
    const session = await call(page, "/sessions", { tool_id: tool.id });
    await page.goto(`${host.url}/sessions/${session.id}`);
    await page.getByLabel("Your message").waitFor();
    gateway.requests.length = 0;
    await use(page, context);
  }, { url: host.url, proxy });
}

const answerOf = (page) => page.locator("[data-role=assistant][data-stored]").last();

test("a lost connection is found again, with no word lost or doubled and nothing paid twice", options, async () => {
  await inConversation(async (page) => {
    const goOn = gateway.halting("First words, ", "then the rest.");
    await say(page, "Will this arrive?");
    await page.getByText("First words,").waitFor();
    way.lose();
    await page.locator("[data-connection=lost]").waitFor();
    await checkLost(page);
    goOn();
    way.find();
    await waitForMessages(page, 2);
    assert.match(await answerOf(page).innerText(), /First words, then the rest\./);
    assert.equal((await answerOf(page).innerText()).match(/First words/g).length, 1);
    assert.equal(gateway.requests.length, 1);
    await page.reload();
    await waitForMessages(page, 2);
  });
});

/** What is said is quiet, and the words that came are still there. */
async function checkLost(page) {
  assert.match(await page.locator("[data-connection=lost]").innerText(), /Reconnecting/);
  assert.match(await page.locator("[data-role=assistant]").innerText(), /First words,/);
}

test("a reload in mid-answer shows the question and goes on with the answer", options, async () => {
  await inConversation(async (page) => {
    const goOn = gateway.halting("Before the reload, ", "and after it.");
    await say(page, "Do you remember me?");
    await page.getByText("Before the reload,").waitFor();
    await page.reload();
    await page.getByText("Do you remember me?").waitFor();
    await page.getByText("Before the reload,").waitFor();
    assert.equal(await page.getByLabel("Your message").inputValue(), "");
    await checkPage(page, "chat-writing");
    goOn();
    await waitForMessages(page, 2);
    assert.match(await answerOf(page).innerText(), /Before the reload, and after it\./);
    assert.equal(gateway.requests.length, 1);
  });
});

test("a second tab shows the answer while it is written", options, async () => {
  await inConversation(async (page, context) => {
    const other = await context.newPage();
    await other.goto(page.url());
    await other.getByLabel("Your message").waitFor();
    const goOn = gateway.halting("Seen twice, ", "paid once.");
    await say(page, "Are you there?");
    await other.getByText("Are you there?").waitFor();
    await other.getByText("Seen twice,").waitFor();
    goOn();
    for (const each of [page, other]) {
      await waitForMessages(each, 2);
      assert.match(await answerOf(each).innerText(), /Seen twice, paid once\./);
    }
    assert.equal(gateway.requests.length, 1);
  });
});

test("an answer that is stopped keeps what was shown, and the model is asked no more", options, async () => {
  await inConversation(async (page) => {
    const goOn = gateway.halting("That is enough", " of it");
    await say(page, "Tell me everything");
    await page.getByText("That is enough").waitFor();
    await page.getByRole("button", { name: "Stop" }).click();
    await waitForMessages(page, 2);
    await gateway.requests[0].closed;
    await page.getByText("You stopped this answer.", { exact: true }).waitFor();
    await checkPage(page, "chat-stopped");
    goOn();
    await page.reload();
    await waitForMessages(page, 2);
    const stored = await answerOf(page).innerText();
    assert.match(stored, /That is enough/);
    assert.match(stored, /You stopped this answer\./);
    assert.doesNotMatch(stored, /of it/);
  });
});

test("another answer takes the place of the last, which can still be read", options, async () => {
  await inConversation(async (page) => {
    gateway.script = ["The first answer."];
    await say(page, "How many are there?");
    await waitForMessages(page, 2);
    gateway.script = ["The second answer."];
    await page.getByRole("button", { name: "Regenerate" }).click();
    await page.locator("[data-stored=true]").getByText("The second answer.").waitFor();
    await waitForMessages(page, 2);
    assert.equal(await page.getByText("The first answer.").count(), 0);
    await page.getByRole("button", { name: "Show earlier versions" }).click();
    await page.locator("[data-replaced]").getByText("The first answer.").waitFor();
    await checkPage(page, "chat-versions");
    const told = gateway.requests[1].messages.filter(({ role }) => role !== "system").map(({ content }) => content);
    assert.deepEqual(told, ["How many are there?"]);
  });
});

test("an own message is changed in its place, by keyboard alone", options, async () => {
  await inConversation(async (page) => {
    gateway.script = ["An answer to cats."];
    await say(page, "Tell me about cats");
    await waitForMessages(page, 2);
    const edit = page.getByRole("button", { name: "Edit message 1" });
    await edit.focus();
    await page.keyboard.press("Enter");
    const area = page.getByLabel("Change your message");
    await area.fill("something else");
    await page.keyboard.press("Escape");
    await area.waitFor({ state: "detached" });
    assert.ok(await edit.evaluate((button) => button === document.activeElement), "the focus is back at the button");
    await page.keyboard.press("Enter");
    await checkPage(page, "chat-edit");
    await area.fill("Tell me about dogs");
    gateway.script = ["An answer to dogs."];
    await area.press("Enter");
    await page.locator("[data-stored=true]").getByText("An answer to dogs.").waitFor();
    await waitForMessages(page, 2);
    assert.match(await page.locator("[data-role=user][data-stored]").innerText(), /dogs/);
    await page.getByText("Edited").waitFor();
  });
});
