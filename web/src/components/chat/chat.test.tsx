// SPDX-License-Identifier: AGPL-3.0-or-later
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { render, screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { describe, expect, it, vi } from "vitest";
import { sessionQuery } from "@/api/queries";
import type { Message, SessionDetail } from "@/api/types";
import { draftKey, readDraft, writeDraft } from "@/lib/drafts";
import { Composer, maxCharacters } from "./composer";
import { useConversation } from "./conversation";
import { ExchangeView } from "./exchange-view";
import { MessageBubble } from "./message-bubble";

const draft = draftKey("user", "chat", "session");
const box = () => screen.getByLabelText("Your message");

describe("Composer", () => {
  it("keeps every keystroke and starts from what was kept", async () => {
    const first = render(<Composer draft={draft} busy={false} startEmpty={false} onSend={vi.fn()} />);
    await userEvent.type(box(), "half a thought");
    first.unmount();
    render(<Composer draft={draft} busy={false} startEmpty={false} onSend={vi.fn()} />);
    expect(box()).toHaveValue("half a thought");
  });

  it("sends on Enter, not on Shift and Enter, and not while an answer is coming", async () => {
    const send = vi.fn();
    const { rerender } = render(<Composer draft={draft} busy={false} startEmpty={false} onSend={send} />);
    await userEvent.type(box(), "one{Shift>}{Enter}{/Shift}two");
    expect(send).not.toHaveBeenCalled();
    await userEvent.type(box(), "{Enter}");
    expect(send).toHaveBeenCalledExactlyOnceWith("one\ntwo");
    rerender(<Composer draft={draft} busy startEmpty={false} onSend={send} />);
    await userEvent.type(box(), "three{Enter}");
    expect(send).toHaveBeenCalledOnce();
    expect(box()).toHaveValue("three");
  });

  it("counts characters near the limit and refuses what is over it", async () => {
    writeDraft(draft, "🦖".repeat(maxCharacters));
    const send = vi.fn();
    render(<Composer draft={draft} busy={false} startEmpty={false} onSend={send} />);
    expect(screen.getByRole("status")).toHaveTextContent("32,000 of 32,000 characters");
    await userEvent.type(box(), "!{Enter}");
    expect(box()).toBeInvalid();
    expect(send).not.toHaveBeenCalled();
  });
});

describe("an answer that was cut off", () => {
  const cutOff = { module: "guard", reason: "That goes too far." };

  it("says so below its text, while it is shown and when it is stored", () => {
    const message: Message = { id: "1", role: "assistant", content: "One. Two.", seq: 2, created_at: "2026-01-12T10:00:00Z", meta: { cut_off: cutOff } };
    const { rerender } = render(<MessageBubble message={message} author="Tutor" />);
    for (const words of ["One. Two.", "This answer was stopped here", cutOff.reason]) expect(screen.getByText(words)).toBeInTheDocument();
    expect(screen.getByText(/Stopped by guard/)).toBeInTheDocument();
    rerender(<ExchangeView exchange={{ text: "Tell me", phase: "writing", answer: "One. Two.", cutOff }} author="Tutor" />);
    expect(screen.getByText(cutOff.reason)).toBeInTheDocument();
  });

  it("is silent about answers that came to their end", () => {
    render(<MessageBubble message={{ id: "1", role: "assistant", content: "One.", seq: 2, created_at: "2026-01-12T10:00:00Z", meta: {} }} author="Tutor" />);
    expect(screen.queryByText("This answer was stopped here")).not.toBeInTheDocument();
  });
});

describe("useConversation", () => {
  function Probe({ id }: { id: string }) {
    const { exchange, refusal, send } = useConversation(id, draft);
    return (
      <>
        <button type="button" onClick={() => send("my words")}>
          send
        </button>
        <output>{exchange ? "busy" : refusal ? `${refusal.kind}: ${refusal.text}` : "idle"}</output>
      </>
    );
  }

  function setUp(id: string, answers: (path: string) => Response): QueryClient {
    vi.stubGlobal("fetch", vi.fn(async (path: string) => answers(path)));
    const queries = new QueryClient({ defaultOptions: { queries: { retry: false } } });
    queries.setQueryData(sessionQuery(id).queryKey, { id, messages: [] } as unknown as SessionDetail);
    render(
      <QueryClientProvider client={queries}>
        <Probe id={id} />
      </QueryClientProvider>,
    );
    return queries;
  }

  const stored = (messages: unknown[]) => new Response(JSON.stringify({ data: { id: "s", messages } }));
  const isSend = (path: string) => path.endsWith("/messages");

  it("keeps the words of a message that failed", async () => {
    setUp("a", (path) => (isSend(path) ? new Response('{"error":"Away.","code":"SERVICE_UNAVAILABLE"}', { status: 503 }) : stored([])));
    await userEvent.click(screen.getByRole("button"));
    expect(await screen.findByText("failed: my words")).toBeInTheDocument();
    expect(readDraft(draft)).toBe("my words");
  });

  it("shows the stored conversation once the answer is whole, and forgets the draft", async () => {
    const masked = [{ id: "1", role: "user", content: "masked" }, { id: "2", role: "assistant", content: "yes" }];
    const queries = setUp("b", (path) => (isSend(path) ? new Response('event: done\ndata: {"message":{"id":"2"},"usage":{}}\n\n') : stored(masked)));
    await userEvent.click(screen.getByRole("button"));
    expect(await screen.findByText("idle")).toBeInTheDocument();
    expect(queries.getQueryData(sessionQuery("b").queryKey)?.messages).toEqual(masked);
    expect(readDraft(draft)).toBe("");
  });

  it("does not call a message failed that was stored before the connection broke", async () => {
    setUp("c", (path) => (isSend(path) ? new Response('event: delta\ndata: {"content":"y"}\n\n') : stored([{ role: "user" }, { role: "assistant" }])));
    await userEvent.click(screen.getByRole("button"));
    expect(await screen.findByText("idle")).toBeInTheDocument();
    expect(readDraft(draft)).toBe("");
  });

  it("calls a block a block", async () => {
    setUp("d", (path) => (isSend(path) ? new Response('event: blocked\ndata: {"error":"No.","code":"BLOCKED_BY_MODULE"}\n\n') : stored([])));
    await userEvent.click(screen.getByRole("button"));
    expect(await screen.findByText("blocked: my words")).toBeInTheDocument();
  });
});
