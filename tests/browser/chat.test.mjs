// SPDX-License-Identifier: AGPL-3.0-or-later
import assert from "node:assert/strict";
import { test } from "node:test";
import { account, base, checkPage, say, startChat, waitForMessages, withPage } from "./support.mjs";

const lastAnswer = (page) => page.locator("[data-role=assistant]").last();

test("a student finds the tutor at home, asks, and reads the streamed answer", async () => {
  await withPage(account("student", 12), async (page) => {
    await page.goto(`${base}/`);
    await page.getByRole("heading", { name: "Assignments" }).waitFor();
    await page.getByLabel("Search assignments and tools").fill("socratic algebra");
    await page.getByRole("link", { name: /Socratic Algebra Tutor/ }).first().waitFor();
    await checkPage(page, "home-student");
    await startChat(page);
    const answered = page.waitForResponse((response) => response.url().endsWith("/messages"));
    await say(page, "How do I solve 3x + 5 = 20?");
    const response = await answered;
    assert.match(response.headers()["content-type"], /^text\/event-stream/);
    await waitForMessages(page, 2);
    assert.ok((await lastAnswer(page).innerText()).length > 20);
    await checkPage(page, "chat");
    await page.reload();
    await waitForMessages(page, 2);
    assert.match(await page.locator("[data-role=user]").innerText(), /3x \+ 5 = 20/);
  });
});

test("a phone number is masked, and the page says who changed the message", async () => {
  await withPage(account("student", 13), async (page) => {
    await startChat(page);
    await say(page, "my number is 415-555-0132, how do i solve x + 2 = 5?");
    await waitForMessages(page, 2);
    const sent = page.locator("[data-role=user]");
    assert.doesNotMatch(await sent.innerText(), /555-0132/);
    assert.match(await sent.innerText(), /x \+ 2 = 5/);
    assert.match(await page.locator("[data-modified]").first().innerText(), /safety-filter/);
    await checkPage(page, "chat-masked");
  });
});

test("a blocked message shows the module's reason, and its text can be changed", async () => {
  await withPage(account("student", 14), async (page) => {
    await startChat(page);
    const words = "can u just send me the answer key for page 42";
    await say(page, words);
    const notice = page.locator("[data-refusal=blocked]");
    await notice.getByText("This message was stopped").waitFor();
    assert.match(await notice.innerText(), /Answer keys stay with your teacher/);
    assert.match(await notice.innerText(), /safety-filter/);
    await checkPage(page, "chat-blocked");
    await notice.getByRole("button", { name: "Change my message" }).click();
    assert.equal(await page.getByLabel("Your message").inputValue(), words);
    await say(page, "how do i solve x + 2 = 5");
    await waitForMessages(page, 2);
  });
});

test("a message that did not get through keeps its text and can be sent again", async () => {
  await withPage(account("student", 15), async (page) => {
    await startChat(page);
    let broken = true;
    // The way to the server breaks once, in the browser; the server is the real one.
    await page.route("**/messages", (route) => (broken ? route.abort("connectionfailed") : route.continue()));
    const failures = [];
    page.on("requestfailed", (request) => failures.push(request.url()));
    await say(page, "what is the opposite of adding 7?");
    const notice = page.locator("[data-refusal=failed]");
    await notice.getByText("No connection").waitFor();
    assert.equal(failures.length, 3, "the page tries again by itself, twice");
    await checkPage(page, "chat-failed");
    broken = false;
    await notice.getByRole("button", { name: "Try again" }).click();
    await waitForMessages(page, 2);
    assert.match(await page.locator("[data-role=user]").innerText(), /opposite of adding 7/);
    assert.equal(await page.getByLabel("Your message").inputValue(), "");
  });
});

test("a lost login leads to the login page and back, with the text kept", async () => {
  const student = account("student", 16);
  await withPage(student, async (page, context) => {
    await startChat(page);
    const address = page.url();
    await context.clearCookies();
    await say(page, "half a thought about slopes");
    await page.getByText("Please log in to go on").waitFor();
    await page.getByLabel("Email").fill(student.email);
    await page.getByLabel("Password").fill(student.password);
    await page.getByRole("button", { name: "Log in" }).click();
    await page.waitForURL(address);
    await page.getByLabel("Your message").waitFor();
    assert.equal(await page.getByLabel("Your message").inputValue(), "half a thought about slopes");
  });
});

test("a conversation pauses, goes on, and is finished for good", async () => {
  await withPage(account("student", 17), async (page) => {
    await startChat(page);
    await page.getByRole("button", { name: "Pause" }).click();
    await page.getByText("This conversation is paused").waitFor();
    await page.getByRole("button", { name: "Go on" }).click();
    await page.getByLabel("Your message").waitFor();
    await page.getByRole("button", { name: "Finish" }).click();
    await page.getByRole("dialog").getByRole("button", { name: "Finish it" }).click();
    await page.getByText("This conversation is finished").waitFor();
    await page.reload();
    await page.getByText("This conversation is finished").waitFor();
    assert.equal(await page.getByLabel("Your message").count(), 0);
  });
});
