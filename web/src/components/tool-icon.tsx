// SPDX-License-Identifier: AGPL-3.0-or-later
import { FileText, MessagesSquare } from "lucide-react";
import type { ToolType } from "@/api/types";

export function ToolIcon({ type }: { type: ToolType }) {
  const Icon = type === "chat" ? MessagesSquare : FileText;
  return (
    <span aria-hidden className="grid size-10 shrink-0 place-items-center rounded-xl bg-primary-soft text-primary-soft-foreground">
      <Icon className="size-5" />
    </span>
  );
}
