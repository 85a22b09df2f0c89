// SPDX-License-Identifier: AGPL-3.0-or-later
// What is said below a message about how it came to be.
import { CircleStop, ShieldCheck, Unplug } from "lucide-react";
import type { ReactNode } from "react";
import type { CutOff, Message } from "@/api/types";
import { Notice } from "@/components/ui/notice";
import { joinNames } from "@/lib/format";

export function Notes({ message, own }: { message: Message; own: boolean }) {
  const { modified_by: changedBy = [], cut_off: cutOff, stopped, interrupted, notices = [] } = message.meta ?? {};
  return (
    <>
      {cutOff && <CutOffNote cutOff={cutOff} />}
      {stopped && (
        <Note kind="stopped" icon={<CircleStop />}>
          {own ? "You stopped this answer." : "The reader stopped this answer."}
        </Note>
      )}
      {interrupted && (
        <Note kind="interrupted" icon={<Unplug />}>
          {message.role === "user" ? "The server was interrupted while it answered this." : "This answer was interrupted before its end."}
        </Note>
      )}
      {changedBy.length > 0 && <ChangeNote message={message} modules={changedBy} />}
      {own && <LimitNotes notices={notices} />}
    </>
  );
}

/** Limits that were nearly reached, quietly. */
export function LimitNotes({ notices }: { notices: string[] }) {
  return notices.map((notice, index) => (
    <p key={index} data-notice className="max-w-[92%] px-1 text-xs text-muted-foreground sm:max-w-[80%]">
      {notice}
    </p>
  ));
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

function Note({ kind, icon, children }: { kind: string; icon: ReactNode; children: ReactNode }) {
  return (
    <p data-note={kind} className="flex max-w-[92%] items-start gap-1.5 px-1 text-xs text-muted-foreground sm:max-w-[80%] [&_svg]:mt-px [&_svg]:size-3.5 [&_svg]:shrink-0">
      <span aria-hidden>{icon}</span>
      <span>{children}</span>
    </p>
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
