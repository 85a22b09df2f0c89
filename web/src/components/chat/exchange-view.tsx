// SPDX-License-Identifier: AGPL-3.0-or-later
import { useDeferredValue } from "react";
import { ApiError, explain } from "@/api/errors";
import { Markdown } from "@/components/markdown";
import { Button } from "@/components/ui/button";
import { Notice } from "@/components/ui/notice";
import type { Exchange, Phase, Refusal } from "./conversation";
import { Bubble, CutOffNote, PlainText } from "./message-bubble";

const phaseText: Record<Phase, string> = {
  sending: "Sending…",
  thinking: "Thinking…",
  writing: "Writing…",
  checking: "Being checked by safety modules…",
};

/** A message under way and its answer as it grows. */
export function ExchangeView({ exchange, author }: { exchange: Exchange; author: string }) {
  const answer = useDeferredValue(exchange.answer);
  return (
    <>
      <Bubble role="user" author="You">
        <PlainText text={exchange.text} />
      </Bubble>
      <Bubble role="assistant" author={author} footer={exchange.cutOff && <CutOffNote cutOff={exchange.cutOff} />}>
        {answer !== "" && <Markdown text={answer} />}
        {exchange.phase !== "writing" && <PhaseLine phase={exchange.phase} />}
      </Bubble>
    </>
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
      {exchange ? phaseText[exchange.phase] : lastAnswer}
    </div>
  );
}

interface RefusalViewProps {
  refusal: Refusal;
  onRetry: () => void;
  onEdit: () => void;
}

/** A message that got no answer: blocked by a module, which is news, or failed, which can be tried again. */
export function RefusalView({ refusal, onRetry, onEdit }: RefusalViewProps) {
  return (
    <div data-refusal={refusal.kind} className="space-y-3">
      <Bubble role="user" author={refusal.kind === "blocked" ? "You, not answered" : "You, not sent"} faded>
        <PlainText text={refusal.text} />
      </Bubble>
      {refusal.kind === "blocked" ? <Blocked error={refusal.error} onEdit={onEdit} /> : <Failed error={refusal.error} onRetry={onRetry} onEdit={onEdit} />}
    </div>
  );
}

function Blocked({ error, onEdit }: { error: unknown; onEdit: () => void }) {
  const details = error instanceof ApiError ? error.details : {};
  const reason = details["reason"];
  const module = details["module"];
  return (
    <Notice
      tone="shield"
      announce
      title="This message was stopped"
      actions={
        <Button size="sm" variant="outline" onClick={onEdit}>
          Change my message
        </Button>
      }
    >
      <p>{typeof reason === "string" ? reason : error instanceof ApiError ? error.message : ""}</p>
      {typeof module === "string" && <p className="text-xs">Stopped by {module}, a module that your school has switched on.</p>}
    </Notice>
  );
}

function Failed({ error, onRetry, onEdit }: { error: unknown; onRetry: () => void; onEdit: () => void }) {
  const { title, message, hint, requestId } = explain(error);
  return (
    <Notice
      tone="danger"
      announce
      title={title}
      actions={
        <>
          <Button size="sm" variant="outline" onClick={onRetry}>
            Try again
          </Button>
          <Button size="sm" variant="ghost" onClick={onEdit}>
            Change my message
          </Button>
        </>
      }
    >
      <p>{message}</p>
      {hint && <p>{hint}</p>}
      {requestId && <p className="text-xs">Request number: {requestId}</p>}
    </Notice>
  );
}
