// SPDX-License-Identifier: AGPL-3.0-or-later
// What a reader sees of an answer that a module changes or ends while it is written. The module is that of tests/e2e.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import * as filter from "../e2e/stream_module.mjs";
import { account, base, checkPage, group, say, waitForMessages, withPage } from "./support.mjs";

const options = { skip: filter.skip };
const question = "How do I solve 3x + 5 = 20?";

before(() => filter.skip || filter.install());
after(() => filter.skip || filter.remove());

async function post(context, path, data) {
  const answer = await context.request.post(`${base}/api/v1${path}`, { data, headers: { Origin: base } });
  assert.ok(answer.ok(), `${path}: ${await answer.text()}`);
  return (await answer.json()).data;
}

async function waitUntilItRuns(context) {
  for (let tries = 0; tries < 300; ++tries) {
    // A tool with the module is only accepted when it is installed here; a message only answered when it runs.
    const tool = await context.request.post(`${base}/api/v1/tools`, { data: { definition: filter.definition("Filtered", { mask: "nothing" }), group_id: group("school") }, headers: { Origin: base } });
    if (tool.ok()) {
      const session = await post(context, "/sessions", { tool_id: (await tool.json()).data.id });
      const answer = await context.request.post(`${base}/api/v1/sessions/${session.id}/messages`, { data: { content: question }, headers: { Origin: base } });
      if (answer.ok()) return (await answer.json()).data.message.content;
    }
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  throw new Error("the module did not start");
}

/** Opens a conversation with a tool whose module does `config`. */
async function open(page, context, config) {
  const tool = await post(context, "/tools", { definition: filter.definition("Filtered tutor", config), group_id: group("school") });
  await page.goto(`${base}/tools/${tool.id}`);
  await page.getByRole("button", { name: "Start a conversation" }).click();
  await page.getByLabel("Your message").waitFor();
}

test("an answer that a module ends keeps what was shown and says why, also after a reload", options, async () => {
  await withPage(account("teacher"), async (page, context) => {
    const whole = await waitUntilItRuns(context);
    const words = whole.match(/[A-Za-z]{4,}/g);
    const word = words.find((each, at) => at > words.length / 2 && words.indexOf(each) === at);
    assert.ok(word, whole);
    await open(page, context, { cut_at: word });
    await say(page, question);
    await waitForMessages(page, 2);
    const look = async () => {
      const answer = await page.locator("[data-role=assistant]").innerText();
      assert.ok(answer.includes(words[0]), answer);
      assert.ok(!answer.includes(word), answer);
      const notice = await page.locator("[data-cut-off]").innerText();
      assert.match(notice, /This answer was stopped here/);
      assert.match(notice, /That goes too far\./);
      assert.ok(notice.includes(filter.name));
    };
    await look();
    await checkPage(page, "chat-cut-off");
    await page.reload();
    await waitForMessages(page, 2);
    await look();
  });
});

test("what a module makes of the whole answer takes the place of what was shown", options, async () => {
  await withPage(account("teacher"), async (page, context) => {
    await waitUntilItRuns(context);
    await open(page, context, { last_words: "Let us begin with the five." });
    await say(page, question);
    await waitForMessages(page, 2);
    const answer = page.locator("[data-role=assistant]");
    assert.match(await answer.innerText(), /Let us begin with the five\./);
    assert.match(await answer.locator("[data-modified]").innerText(), new RegExp(filter.name));
    await checkPage(page, "chat-replaced");
  });
});
