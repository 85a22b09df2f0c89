// SPDX-License-Identifier: AGPL-3.0-or-later
import { useDeferredValue } from "react";
import { Markdown } from "@/components/markdown";
import { Bubble, PlainText } from "./message-bubble";
import { CutOffNote, LimitNotes } from "./message-notes";
import type { Exchange, Phase } from "./turns";

const phaseText: Record<Phase, string> = {
  sending: "Sending…",
  thinking: "Thinking…",
  writing: "Writing…",
  checking: "Being checked by safety modules…",
};
const lostText = "Connection lost. Reconnecting…";

/** A turn under way: the question, unless it stands above, and the answer as it grows. */
export function ExchangeView({ exchange, author }: { exchange: Exchange; author: string }) {
  const answer = useDeferredValue(exchange.answer);
  return (
    <>
      {exchange.question !== null && (
        <Bubble stored={false} role="user" author="You">
          <PlainText text={exchange.question} />
        </Bubble>
      )}
      <Bubble stored={false} role="assistant" author={author} footer={<Footer exchange={exchange} />}>
        {answer !== "" && <Markdown text={answer} />}
        {exchange.lost ? <LostLine /> : exchange.phase !== "writing" && <PhaseLine phase={exchange.phase} />}
      </Bubble>
    </>
  );
}

function Footer({ exchange }: { exchange: Exchange }) {
  return (
    <>
      {exchange.cutOff && <CutOffNote cutOff={exchange.cutOff} />}
      <LimitNotes notices={exchange.notices} />
    </>
  );
}

function LostLine() {
  return (
    <p data-connection="lost" className="text-sm text-muted-foreground">
      {lostText}
    </p>
  );
}

function PhaseLine({ phase }: { phase: Phase }) {
  return (
    <p data-phase={phase} className="flex items-center gap-2 text-sm text-muted-foreground">
      <span aria-hidden className="flex gap-1">
        {[0, 1, 2].map((dot) => (
          <span key={dot} className="typing-dot size-1.5 rounded-full bg-current" />
        ))}
      </span>
      {phaseText[phase]}
    </p>
  );
}

/** What screen readers hear of a conversation: each step once, and the answer when it is whole. */
export function Announcer({ exchange, lastAnswer }: { exchange: Exchange | null; lastAnswer: string }) {
  return (
    <div aria-live="polite" className="sr-only">
      {exchange ? (exchange.lost ? lostText : phaseText[exchange.phase]) : lastAnswer}
    </div>
  );
}
