// SPDX-License-Identifier: AGPL-3.0-or-later
import { Suspense, lazy } from "react";
import { Skeleton } from "@/components/ui/card";

// Markdown is heavy, and comes only where it is shown.
const OwnLinks = lazy(() => import("@/components/panels/text-part").then((part) => ({ default: part.MarkdownPart })));

/** What a publisher says of its changes: Markdown from a stranger, whose links lead nowhere else. */
export function ChangeLog({ text }: { text: string }) {
  if (text.trim() === "") return <p className="text-sm text-muted-foreground">The publisher tells nothing of its changes.</p>;
  return (
    <div className="text-sm">
      <Suspense fallback={<Skeleton className="h-24" />}>
        <OwnLinks text={text} />
      </Suspense>
    </div>
  );
}
