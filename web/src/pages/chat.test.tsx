// SPDX-License-Identifier: AGPL-3.0-or-later
import { QueryClientProvider } from "@tanstack/react-query";
import { RouterProvider } from "@tanstack/react-router";
import { cleanup, render, screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import type { ServerResponse } from "node:http";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { newQueryClient } from "@/api/queries";
import { draftKey, writePending } from "@/lib/drafts";
import { newRouter } from "@/routes/router";
import { me } from "@/test/app";
import { TurnServer } from "@/test/turn-server";

let server: TurnServer;
let conversations = 0;

const json = (data: unknown) => (response: ServerResponse) => void response.setHeader("Content-Type", "application/json").end(JSON.stringify({ data }));

/** The page as a new tab or a reload shows it. */
async function load(): Promise<void> {
  cleanup();
  vi.stubGlobal("scrollTo", vi.fn());
  vi.stubGlobal("ResizeObserver", class { observe() {} disconnect() {} });
  window.history.replaceState(null, "", `/sessions/${server.id}`);
  const queries = newQueryClient();
  render(
    <QueryClientProvider client={queries}>
      <RouterProvider router={newRouter(queries)} />
    </QueryClientProvider>,
  );
  await screen.findByRole("heading", { name: "Tutor" });
}

async function refusal(kind: string) {
  await waitFor(() => expect(document.querySelector(`[data-refusal=${kind}]`)).not.toBeNull());
  return within(document.querySelector<HTMLElement>("[data-refusal]")!);
}
const draft = () => draftKey(me().user.id, "chat", server.id);
/** A turn that this page does not begin. */
const begin = (body: object) => fetch(`/api/v1/sessions/${server.id}/messages`, { method: "POST", body: JSON.stringify(body) });

beforeEach(async () => {
  server = new TurnServer(`s${++conversations}`);
  await server.start();
  server.instead.set("GET /api/v1/auth/me", json(me()));
  server.instead.set("GET /api/v1/instance", json({ name: "R", version: "1", demo_model: false, development_mode: false }));
});
afterEach(() => server.stop());

const box = () => screen.getByLabelText("Your message");
async function say(text: string): Promise<void> {
  await userEvent.type(box(), `${text}{Enter}`);
}
const bubbles = (role: string) => [...document.querySelectorAll(`[data-role=${role}][data-stored]`)].map((each) => each.textContent ?? "");
const stored = (count: number) => waitFor(() => expect([document.querySelectorAll("[data-stored=true]").length, document.querySelectorAll("[data-stored=false]").length]).toEqual([count, 0]));
const sent = (path = "/messages") => server.asked.filter((each) => each.method === "POST" && each.path === path).map((each) => each.body);

describe("the page of a conversation", () => {
  it("shows the stored conversation once the answer is whole, and forgets what was sent", async () => {
    server.onTurn = () => {
      server.tell("delta", { content: "Yes" });
      server.finish("Yes, indeed.");
    };
    await load();
    await say("is it so?");
    await stored(2);
    expect(bubbles("assistant")[0]).toContain("Yes, indeed.");
    expect(sessionStorage).toHaveLength(0);
    expect(screen.getByText("Yes, indeed.", { selector: "[aria-live] , [aria-live] *" })).toBeInTheDocument();
  });

  it("says that it reconnects, and goes on with every word once", async () => {
    server.onTurn = () => server.tell("delta", { content: "First" });
    await load();
    await say("go");
    await screen.findByText("First");
    server.instead.set("GET /stream", (response) => response.destroy());
    server.cut();
    expect((await screen.findAllByText("Connection lost. Reconnecting…")).length).toBeGreaterThan(0);
    server.instead.delete("GET /stream");
    server.tell("delta", { content: " and last" });
    expect(await screen.findByText("First and last")).toBeVisible();
    expect(document.querySelector("[data-connection=lost]")).toBeNull();
    server.finish("First and last");
    await stored(2);
    expect(sent()).toHaveLength(1);
  });

  it("shows the question and goes on with the answer after a reload", async () => {
    server.onTurn = () => server.tell("delta", { content: "Half" });
    // What a page leaves behind that is loaded anew in the middle of an answer.
    writePending(draft(), { requestId: "r1", content: "my question", replaces: null });
    const gone = await begin({ content: "my question", request_id: "r1" });
    await load();
    expect(await screen.findByText("my question")).toBeVisible();
    expect(await screen.findByText("Half")).toBeVisible();
    expect(box()).toHaveValue("");
    server.finish("Half and half");
    await stored(2);
    await gone.text();
    expect(sent()).toHaveLength(1);
    expect(sessionStorage).toHaveLength(0);
  });

  it("gives words back that were sent before a reload and never answered", async () => {
    writePending(draft(), { requestId: "r1", content: "lost words", replaces: null });
    await load();
    expect(box()).toHaveValue("lost words");
    await load();
    expect(box()).toHaveValue("lost words");
    server.onTurn = () => server.finish("found");
    await userEvent.type(box(), "{Enter}");
    await stored(2);
    expect(sent()[0]).toMatchObject({ request_id: "r1" });
    expect(sessionStorage).toHaveLength(0);
  });

  it("shows an answer that another tab asks for", async () => {
    await load();
    server.onTurn = () => {
      server.tell("start", { turn_id: "T1", request_id: "other", seq: 1, question: "from the other tab" });
      server.tell("delta", { content: "Seen in both" });
    };
    const other = await begin({ content: "x", request_id: "other" });
    const channel = new BroadcastChannel("rapt:conversations");
    channel.postMessage(server.id);
    channel.close();
    expect(await screen.findByText("from the other tab")).toBeVisible();
    expect(await screen.findByText("Seen in both")).toBeVisible();
    server.finish("Seen in both");
    await stored(2);
    await other.text();
  });

  it("stops the answer where it is", async () => {
    server.onTurn = () => server.tell("delta", { content: "So far" });
    server.instead.set("POST /stop", (response) => {
      response.writeHead(204).end();
      server.finish("So far", { stopped: true });
    });
    await load();
    await say("go");
    await screen.findByText("So far");
    await userEvent.click(screen.getByRole("button", { name: "Stop" }));
    await stored(2);
    expect(screen.getByText("You stopped this answer.")).toBeVisible();
  });

  it("asks for another answer in the place of the last", async () => {
    server.add("user", "question");
    server.add("assistant", "first answer");
    server.onTurn = () => server.finish("second answer");
    await load();
    await userEvent.click(await screen.findByRole("button", { name: "Regenerate" }));
    expect(await screen.findByText("second answer", { selector: "[data-stored=true] *" })).toBeVisible();
    await stored(2);
    expect(screen.queryByText("first answer")).not.toBeInTheDocument();
    await userEvent.click(screen.getByRole("button", { name: "Show earlier versions" }));
    expect(await screen.findByText("first answer")).toBeVisible();
    expect(screen.getByText("Tutor, earlier version")).toBeVisible();
  });

  it("asks for another answer again when that failed, and keeps the last one until then", async () => {
    server.add("user", "question");
    server.add("assistant", "first answer");
    server.onTurn = () => server.fail("error", "AI_TIMEOUT");
    await load();
    await userEvent.click(await screen.findByRole("button", { name: "Regenerate" }));
    const card = await refusal("failed");
    expect(screen.getByText("first answer")).toBeVisible();
    expect(card.queryByRole("button", { name: "Change my message" })).not.toBeInTheDocument();
    server.onTurn = () => server.finish("second answer");
    await userEvent.click(card.getByRole("button", { name: "Try again" }));
    expect(await screen.findByText("second answer", { selector: "[data-stored=true] *" })).toBeVisible();
    expect(sent("/regenerate")).toHaveLength(2);
  });

  it("edits an own message in its place; Escape leaves it as it is", async () => {
    server.add("user", "one");
    server.add("assistant", "answer to one");
    server.onTurn = () => server.finish("answer to two");
    await load();
    await userEvent.click(await screen.findByRole("button", { name: "Edit message 1" }));
    const area = screen.getByLabelText("Change your message");
    expect(area).toHaveFocus();
    await userEvent.type(area, " more{Escape}");
    expect(screen.queryByLabelText("Change your message")).not.toBeInTheDocument();
    expect(screen.getByRole("button", { name: "Edit message 1" })).toHaveFocus();
    await userEvent.click(screen.getByRole("button", { name: "Edit message 1" }));
    await userEvent.clear(screen.getByLabelText("Change your message"));
    await userEvent.type(screen.getByLabelText("Change your message"), "two{Enter}");
    await screen.findByText("answer to two", { selector: "[data-stored=true] *" });
    expect(sent()).toEqual([{ content: "two", replaces: 1, request_id: expect.any(String) }]);
    expect(bubbles("user")).toHaveLength(1);
    expect(screen.getByText("Edited")).toBeVisible();
  });

  it("marks what was interrupted and asks again", async () => {
    server.add("user", "lost", { interrupted: true });
    server.onTurn = () => server.finish("found");
    await load();
    expect(await screen.findByText(/The server was interrupted while it answered this/)).toBeVisible();
    await userEvent.click(screen.getByRole("button", { name: "Ask again" }));
    await screen.findByText("found", { selector: "[data-stored=true] *" });
    expect(sent()[0]).toMatchObject({ content: "lost", replaces: 1 });
  });
});

describe("a message without an answer", () => {
  it("keeps its words and its name when it is sent again", async () => {
    server.onTurn = () => server.fail("error", "AI_GATEWAY_ERROR");
    await load();
    await say("my words");
    const notice = await refusal("failed");
    expect(notice.getByText("my words")).toBeVisible();
    server.onTurn = () => server.finish("now");
    await userEvent.click(notice.getByRole("button", { name: "Try again" }));
    await stored(2);
    expect(new Set(sent().map((body) => body["request_id"])).size).toBe(1);
  });

  it("has another name with other words", async () => {
    server.onTurn = () => server.fail("blocked", "BLOCKED_BY_MODULE", { module: "guard", reason: "Not here." });
    await load();
    await say("my words");
    expect(await screen.findByText("Not here.")).toBeVisible();
    await userEvent.click(screen.getByRole("button", { name: "Change my message" }));
    expect(box()).toHaveValue("my words");
    server.onTurn = () => server.finish("fine");
    await say(", changed");
    await stored(2);
    expect(new Set(sent().map((body) => body["request_id"])).size).toBe(2);
  });

  it("says when a limit lets it through again", async () => {
    server.onTurn = () => server.fail("blocked", "AI_LIMIT_REACHED", { retry_after: 600 });
    await load();
    await say("one too many");
    const card = await refusal("limit");
    expect(card.getByText("Time for a short break")).toBeVisible();
    expect(card.getByText(/You can go on from/)).toHaveTextContent(/in (9|10) minutes/);
    expect(card.getByText("one too many")).toBeVisible();
  });

  it("is given back without alarm when it is stopped before a word came", async () => {
    server.instead.set("POST /stop", (response) => {
      response.writeHead(200, { "Content-Type": "application/json" }).end('{"data":{"stopped":true}}');
      server.fail("error", "CONFLICT");
    });
    await load();
    await say("never mind");
    await userEvent.click(await screen.findByRole("button", { name: "Stop" }));
    const card = await refusal("stopped");
    expect(card.getByText("You stopped this before it was answered")).toBeVisible();
    await userEvent.click(card.getByRole("button", { name: "Change my message" }));
    expect(box()).toHaveValue("never mind");
  });

  it("is not called lost when it was stored before the connection broke", async () => {
    server.onTurn = () => server.tell("delta", { content: "y" });
    await load();
    await say("stored anyway");
    await screen.findByText("y");
    server.instead.set("GET /stream", (response) => response.writeHead(503).end());
    server.cut();
    server.finish("yes");
    await stored(2);
    expect(document.querySelector("[data-refusal]")).toBeNull();
    expect(sessionStorage).toHaveLength(0);
  });
});

describe("the time of a conversation", () => {
  it("is said when it nears its end, and not before", async () => {
    server.endsAt = new Date(Date.now() + 5 * 60_000).toISOString();
    await load();
    expect(await screen.findByText(/This conversation ends at .*, in (4|5) minutes\./)).toBeVisible();
    server.endsAt = new Date(Date.now() + 3600_000).toISOString();
    await load();
    await screen.findByLabelText("Your message");
    expect(screen.queryByText(/This conversation ends/)).not.toBeInTheDocument();
  });
});
