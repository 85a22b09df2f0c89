// SPDX-License-Identifier: AGPL-3.0-or-later
import { ScrollText } from "lucide-react";
import type { Extraction } from "@/api/types";
import { Markdown } from "@/components/markdown";
import { Card } from "@/components/ui/card";
import { formatDateTime } from "@/lib/format";
import { asObject } from "@/lib/schema";

export const summaryType = "session.summary";

/** What the AI made of a conversation that has ended, for its teacher. */
export function SessionSummaryCard({ extraction }: { extraction: Extraction }) {
  const { summary } = asObject(extraction.data);
  if (typeof summary !== "string") return null;
  return (
    <Card data-summary className="mb-6 p-5">
      <h2 className="flex items-center gap-2 font-bold">
        <ScrollText aria-hidden className="size-4 text-primary" /> Summary
      </h2>
      <div className="mt-2">
        <Markdown text={summary} />
      </div>
      <p className="mt-2 text-xs text-muted-foreground">Written by the AI, {formatDateTime(extraction.created_at)}. It may be wrong: the conversation below is what was said.</p>
    </Card>
  );
}
