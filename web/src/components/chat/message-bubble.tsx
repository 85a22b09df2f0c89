// SPDX-License-Identifier: AGPL-3.0-or-later
import { ShieldCheck } from "lucide-react";
import type { ReactNode } from "react";
import type { CutOff, Message } from "@/api/types";
import { Markdown } from "@/components/markdown";
import { Notice } from "@/components/ui/notice";
import { cn } from "@/lib/cn";
import { formatDateTime, joinNames, plural } from "@/lib/format";

interface BubbleProps {
  role: Message["role"];
  /** Who speaks, for screen readers and above the bubble. */
  author: string;
  children: ReactNode;
  footer?: ReactNode;
  faded?: boolean;
  /** False for what is still under way. */
  stored?: boolean;
}

export function Bubble({ role, author, children, footer, faded = false, stored = false }: BubbleProps) {
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

/** A stored message. What a person typed is shown as typed; what the AI wrote is Markdown. */
export function MessageBubble({ message, author }: { message: Message; author: string }) {
  return (
    <Bubble stored role={message.role} author={author} footer={<Notes message={message} />}>
      {message.role === "user" ? <PlainText text={message.content} /> : <Markdown text={message.content} />}
      <Stamp message={message} />
    </Bubble>
  );
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

function Notes({ message }: { message: Message }) {
  const changedBy = message.meta?.modified_by ?? [];
  const cutOff = message.meta?.cut_off;
  return (
    <>
      {cutOff && <CutOffNote cutOff={cutOff} />}
      {changedBy.length > 0 && <ChangeNote message={message} modules={changedBy} />}
    </>
  );
}

/** Below an answer that a module ended: why there is no more of it. */
export function CutOffNote({ cutOff }: { cutOff: CutOff }) {
  return (
    <div data-cut-off className="max-w-[92%] sm:max-w-[80%]">
      <Notice tone="shield" title="This answer was stopped here">
        <p>{cutOff.reason}</p>
        <p className="text-xs">Stopped by {cutOff.module}, a module that your school has switched on.</p>
      </Notice>
    </div>
  );
}

function ChangeNote({ message, modules }: { message: Message; modules: string[] }) {
  const when = message.role === "user" ? " before it was sent" : "";
  return (
    <p data-modified className="flex max-w-[92%] items-start gap-1.5 px-1 text-xs text-muted-foreground sm:max-w-[80%]">
      <ShieldCheck aria-hidden className="mt-px size-3.5 shrink-0" />
      <span>
        Changed by {joinNames(modules)}
        {when}, for example to hide personal details.
      </span>
    </p>
  );
}
