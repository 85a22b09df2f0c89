// SPDX-License-Identifier: AGPL-3.0-or-later
import { useQuery } from "@tanstack/react-query";
import { RefreshCw } from "lucide-react";
import { Component, type ReactNode, Suspense, lazy, useId } from "react";
import { type DrawnPanel, type Panel, type PanelPlace, type Part, panelQuery, panelsQuery } from "@/api/panels";
import { ErrorPanel } from "@/components/error-panel";
import { Button } from "@/components/ui/button";
import { Card, Skeleton } from "@/components/ui/card";
import { cn } from "@/lib/cn";
import { ChartPart } from "./chart-part";
import { CounterPart } from "./counter-part";
import { TablePart } from "./table-part";

/** Markdown weighs more than everything else here, and most panels have none. */
const MarkdownPart = lazy(() => import("./text-part").then((part) => ({ default: part.MarkdownPart })));

/** What modules show at a place; nothing at all where none does. No panel can take the page down with it. */
export function Panels({ place, className }: { place: PanelPlace; className?: string }) {
  const panels = useQuery(panelsQuery(place));
  if (panels.isError) return <ErrorPanel error={panels.error} onRetry={() => void panels.refetch()} />;
  if (!panels.data || panels.data.length === 0) return null;
  return (
    <div className={cn("grid gap-4", className)} data-panels={place.kind}>
      {panels.data.map((panel) => (
        <PanelCard key={`${panel.module}/${panel.id}`} panel={panel} place={place} />
      ))}
    </div>
  );
}

function PanelCard({ panel, place }: { panel: Panel; place: PanelPlace }) {
  const query = useQuery(panelQuery(panel, place));
  const id = useId();
  return (
    <Card className="min-w-0 p-5">
      <section aria-labelledby={id} data-panel={`${panel.module}/${panel.id}`}>
        <div className="mb-3 flex items-start justify-between gap-3">
          <div className="min-w-0">
            <h2 id={id} className="font-bold wrap-anywhere">
              {panel.title}
            </h2>
            <p className="text-xs text-muted-foreground wrap-anywhere">from the module {panel.module_title}</p>
          </div>
          <Button size="sm" variant="ghost" className="-my-1 px-2 print:hidden" disabled={query.isFetching} onClick={() => void query.refetch()} aria-label={`Refresh ${panel.title}`}>
            <RefreshCw aria-hidden className={query.isFetching ? "animate-spin" : undefined} />
          </Button>
        </div>
        {query.isError ? (
          <ErrorPanel error={query.error} onRetry={() => void query.refetch()} />
        ) : query.data ? (
          <Guard>
            <Parts panel={query.data} />
          </Guard>
        ) : (
          <div role="status">
            <span className="sr-only">Loading {panel.title}</span>
            <Skeleton className="h-24" />
          </div>
        )}
      </section>
    </Card>
  );
}

function Parts({ panel: { parts, empty } }: { panel: DrawnPanel }) {
  if (parts.length === 0) return <p className="text-sm text-muted-foreground">{empty ?? "There is nothing to show yet."}</p>;
  return (
    <div className="space-y-5">
      {parts.map((part, index) => (
        <DrawnPart key={index} part={part} />
      ))}
    </div>
  );
}

function DrawnPart({ part }: { part: Part }) {
  return (
    <div>
      {part.title !== null && <h3 className="mb-2 text-sm font-semibold wrap-anywhere">{part.title}</h3>}
      {part.kind === "counters" && <CounterPart counters={part} />}
      {part.kind === "table" && <TablePart table={part} />}
      {part.kind === "chart" && <ChartPart chart={part} />}
      {part.kind === "text" && (
        <Suspense fallback={<Skeleton className="h-12" />}>
          <MarkdownPart text={part.text} />
        </Suspense>
      )}
    </div>
  );
}

/** Keeps a fault in drawing one panel to that panel. */
class Guard extends Component<{ children: ReactNode }, { failed: boolean }> {
  override state = { failed: false };

  static getDerivedStateFromError() {
    return { failed: true };
  }

  override render() {
    if (!this.state.failed) return this.props.children;
    return <p className="text-sm text-danger-foreground">This panel could not be drawn.</p>;
  }
}
