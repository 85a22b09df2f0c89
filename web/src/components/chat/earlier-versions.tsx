// SPDX-License-Identifier: AGPL-3.0-or-later
import { useQuery } from "@tanstack/react-query";
import { History } from "lucide-react";
import { useId, useState } from "react";
import { replacedQuery } from "@/api/queries";
import type { Message, SessionDetail } from "@/api/types";
import { ErrorPanel } from "@/components/error-panel";
import { Button } from "@/components/ui/button";
import { Skeleton } from "@/components/ui/card";
import type { Gap } from "@/lib/versions";
import { ReplacedBubble } from "./message-bubble";

interface EarlierVersionsProps {
  session: SessionDetail;
  gap: Gap;
  /** What has taken their place. */
  kind: "question" | "answer";
  nameOf: (message: Message) => string;
}

/** Says that something stood here before, and shows it when asked. */
export function EarlierVersions({ session, gap, kind, nameOf }: EarlierVersionsProps) {
  const [open, setOpen] = useState(false);
  const id = useId();
  const query = useQuery({ ...replacedQuery(session), enabled: open });
  const replaced = query.data?.filter(({ seq }) => seq >= gap.from && seq <= gap.to) ?? [];
  return (
    <div data-versions className="space-y-3">
      <p className="flex flex-wrap items-center justify-center gap-x-2 text-xs text-muted-foreground">
        {kind === "question" ? "Edited" : "Answered anew"}
        <Button variant="ghost" size="sm" className="h-7 px-2 text-xs" aria-expanded={open} aria-controls={id} onClick={() => setOpen(!open)}>
          <History aria-hidden className="size-3.5" /> {open ? "Hide earlier versions" : "Show earlier versions"}
        </Button>
      </p>
      <div id={id} className="space-y-3 empty:hidden">
        {open && query.isPending && <Skeleton className="h-16 rounded-2xl" />}
        {open && query.isError && <ErrorPanel error={query.error} onRetry={() => void query.refetch()} />}
        {open && replaced.map((message) => <ReplacedBubble key={message.id} message={message} author={nameOf(message)} />)}
      </div>
    </div>
  );
}
