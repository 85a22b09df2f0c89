// SPDX-License-Identifier: AGPL-3.0-or-later
import { CircleAlert, Info, ShieldCheck, TriangleAlert } from "lucide-react";
import type { ReactNode } from "react";
import { cn } from "@/lib/cn";

type NoticeTone = "info" | "shield" | "warning" | "danger";

const looks = {
  info: [Info, "bg-info-soft text-info-foreground"],
  shield: [ShieldCheck, "bg-warning-soft text-warning-foreground border-warning-border"],
  warning: [TriangleAlert, "bg-warning-soft text-warning-foreground border-warning-border"],
  danger: [CircleAlert, "bg-danger-soft text-danger-foreground border-danger/40"],
} as const;

interface NoticeProps {
  tone: NoticeTone;
  title: string;
  children?: ReactNode;
  /** Buttons or links: what the reader can do about it. */
  actions?: ReactNode;
  /** Announces it at once to screen readers; for what appears after the page was drawn. */
  announce?: boolean;
  className?: string;
}

export function Notice({ tone, title, children, actions, announce = false, className }: NoticeProps) {
  const [Icon, look] = looks[tone];
  return (
    <div role={announce ? "alert" : undefined} className={cn("flex gap-3 rounded-xl border border-transparent p-4 text-sm", look, className)}>
      <Icon aria-hidden className="mt-0.5 size-5 shrink-0" />
      <div className="min-w-0 flex-1 space-y-1">
        <p className="font-semibold">{title}</p>
        {children && <div className="wrap-anywhere">{children}</div>}
        {actions && <div className="flex flex-wrap gap-2 pt-2 text-foreground">{actions}</div>}
      </div>
    </div>
  );
}
