// SPDX-License-Identifier: AGPL-3.0-or-later
import type { ReactNode } from "react";
import type { Message } from "@/api/types";
import { Markdown } from "@/components/markdown";
import { cn } from "@/lib/cn";
import { formatDateTime, plural } from "@/lib/format";
import { Notes } from "./message-notes";

interface BubbleProps {
  role: Message["role"];
  /** Who speaks, for screen readers and above the bubble. */
  author: string;
  children: ReactNode;
  footer?: ReactNode;
  faded?: boolean;
  /** True for what the server holds, false for what is on its way, left out for what is neither. */
  stored?: boolean;
}

export function Bubble({ role, author, children, footer, faded = false, stored }: BubbleProps) {
  const mine = role === "user";
  return (
    <div data-role={role} data-stored={stored} className={cn("flex flex-col gap-1", mine ? "items-end" : "items-start")}>
      <p className="px-1 text-xs font-semibold text-muted-foreground">{author}</p>
      <div
        className={cn(
          "max-w-[92%] rounded-2xl px-4 py-3 wrap-anywhere sm:max-w-[80%]",
          mine ? "rounded-tr-sm bg-primary-soft text-primary-soft-foreground" : "rounded-tl-sm border bg-card",
          faded && "border border-dashed border-input bg-transparent text-muted-foreground",
        )}
      >
        {children}
      </div>
      {footer}
    </div>
  );
}

interface MessageBubbleProps {
  message: Message;
  author: string;
  /** The reader's own conversation, rather than one of a student. */
  own?: boolean;
  /** What can be done with it. */
  actions?: ReactNode;
}

/** A stored message. What a person typed is shown as typed; what the AI wrote is Markdown. */
export function MessageBubble({ message, author, own = false, actions }: MessageBubbleProps) {
  return (
    <Bubble
      stored
      role={message.role}
      author={author}
      footer={
        <>
          <Notes message={message} own={own} />
          {actions}
        </>
      }
    >
      <Content message={message} />
      <Stamp message={message} />
    </Bubble>
  );
}

/** A message that another one has taken the place of. */
export function ReplacedBubble({ message, author }: { message: Message; author: string }) {
  return (
    <div data-replaced={message.seq} className="flex flex-col">
      <Bubble faded role={message.role} author={`${author}, earlier version`} footer={<Notes message={message} own={false} />}>
        <Content message={message} />
        <Stamp message={message} />
      </Bubble>
    </div>
  );
}

function Content({ message }: { message: Message }) {
  return message.role === "user" ? <PlainText text={message.content} /> : <Markdown text={message.content} />;
}

export function PlainText({ text }: { text: string }) {
  return <p className="leading-relaxed whitespace-pre-wrap">{text}</p>;
}

function Stamp({ message }: { message: Message }) {
  const tokens = message.meta?.usage?.total_tokens;
  return (
    <p className="sr-only">
      {formatDateTime(message.created_at)}
      {tokens !== undefined && `, ${plural(tokens, "token")}`}
    </p>
  );
}
