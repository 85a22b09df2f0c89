// SPDX-License-Identifier: AGPL-3.0-or-later
import { render, screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { describe, expect, it, vi } from "vitest";
import type { Message } from "@/api/types";
import { draftKey, writeDraft } from "@/lib/drafts";
import { Composer, maxCharacters } from "./composer";
import { ExchangeView } from "./exchange-view";
import { MessageBubble } from "./message-bubble";

const draft = draftKey("user", "chat", "session");
const box = () => screen.getByLabelText("Your message");

describe("Composer", () => {
  it("keeps every keystroke and starts from what was kept", async () => {
    const first = render(<Composer draft={draft} busy={false} onSend={vi.fn()} />);
    await userEvent.type(box(), "half a thought");
    first.unmount();
    render(<Composer draft={draft} busy={false} onSend={vi.fn()} />);
    expect(box()).toHaveValue("half a thought");
  });

  it("sends on Enter, not on Shift and Enter, and not while an answer is coming", async () => {
    const send = vi.fn();
    const { rerender } = render(<Composer draft={draft} busy={false} onSend={send} />);
    await userEvent.type(box(), "one{Shift>}{Enter}{/Shift}two");
    expect(send).not.toHaveBeenCalled();
    await userEvent.type(box(), "{Enter}");
    expect(send).toHaveBeenCalledExactlyOnceWith("one\ntwo");
    rerender(<Composer draft={draft} busy onSend={send} />);
    await userEvent.type(box(), "three{Enter}");
    expect(send).toHaveBeenCalledOnce();
    expect(box()).toHaveValue("three");
  });

  it("counts characters near the limit and refuses what is over it", async () => {
    writeDraft(draft, "🦖".repeat(maxCharacters));
    const send = vi.fn();
    render(<Composer draft={draft} busy={false} onSend={send} />);
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
    rerender(<ExchangeView exchange={{ question: "Tell me", from: 1, phase: "writing", answer: "One. Two.", cutOff, notices: [], lost: false, stopping: false }} author="Tutor" />);
    expect(screen.getByText(cutOff.reason)).toBeInTheDocument();
  });

  it("is silent about answers that came to their end", () => {
    render(<MessageBubble message={{ id: "1", role: "assistant", content: "One.", seq: 2, created_at: "2026-01-12T10:00:00Z", meta: {} }} author="Tutor" />);
    expect(screen.queryByText("This answer was stopped here")).not.toBeInTheDocument();
  });
});
