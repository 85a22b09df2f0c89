// SPDX-License-Identifier: AGPL-3.0-or-later
import { type KeyboardEvent, type PointerEvent, type RefObject, useEffect, useRef, useState } from "react";
import type { Chart, Table } from "@/api/panels";
import { Button } from "@/components/ui/button";
import { numbersOf, readout } from "@/lib/chart";
import { Drawing, type Frame, frameOf } from "./drawing";
import { SeriesMark } from "./series-mark";
import { TablePart } from "./table-part";

/** A chart that can be read point by point with the arrow keys, and as a table. */
export function ChartPart({ chart }: { chart: Chart }) {
  const [asTable, setAsTable] = useState(false);
  return (
    <div>
      <ul className="mb-2 flex flex-wrap gap-x-4 gap-y-1 text-sm" aria-label="Legend">
        {chart.series.map(({ label }, index) => (
          <li key={index} className="flex min-w-0 items-center gap-1.5">
            <SeriesMark index={index} form={chart.form} />
            <span className="wrap-anywhere">{label}</span>
          </li>
        ))}
        {chart.unit && <li className="text-muted-foreground">in {chart.unit}</li>}
      </ul>
      {asTable ? <TablePart table={tableOf(chart)} /> : numbersOf(chart).length === 0 ? <p className="text-sm text-muted-foreground">No values yet.</p> : <Plot chart={chart} />}
      <Button size="sm" variant="outline" className="mt-2 print:hidden" aria-pressed={asTable} onClick={() => setAsTable((now) => !now)}>
        {asTable ? "Show as a chart" : "Show as a table"}
      </Button>
    </div>
  );
}

function Plot({ chart }: { chart: Chart }) {
  const [at, setAt] = useState<number | null>(null);
  const box = useRef<HTMLDivElement>(null);
  const width = useWidth(box);
  const frame = frameOf(chart, width);
  const last = chart.x.length - 1;
  const onKeyDown = (event: KeyboardEvent) => {
    const to = moved(event.key, at, last);
    if (to === undefined) return;
    event.preventDefault();
    setAt(to);
  };
  const onPointerMove = (event: PointerEvent<HTMLDivElement>) => setAt(nearest(frame, event.clientX - event.currentTarget.getBoundingClientRect().left, last));
  return (
    <div
      ref={box}
      role="slider"
      tabIndex={0}
      aria-label={`${chart.title ?? "Chart"}: ${chart.x.length} points. The arrow keys read them one by one.`}
      aria-valuemin={1}
      aria-valuemax={last + 1}
      aria-valuenow={(at ?? 0) + 1}
      aria-valuetext={readout(chart, at ?? 0)}
      className="rounded-lg"
      onKeyDown={onKeyDown}
      onPointerMove={onPointerMove}
      onPointerLeave={() => setAt(null)}
      onBlur={() => setAt(null)}
    >
      <Drawing chart={chart} frame={frame} at={at} />
      <p aria-hidden className="min-h-5 text-sm text-muted-foreground wrap-anywhere" data-readout>
        {at === null ? "" : readout(chart, at)}
      </p>
    </div>
  );
}

/** Where a key leads; undefined for keys that lead nowhere. */
function moved(key: string, at: number | null, last: number): number | null | undefined {
  switch (key) {
    case "ArrowRight":
    case "ArrowUp":
      return at === null ? 0 : Math.min(last, at + 1);
    case "ArrowLeft":
    case "ArrowDown":
      return at === null ? last : Math.max(0, at - 1);
    case "Home":
      return 0;
    case "End":
      return last;
    case "Escape":
      return null;
    default:
      return undefined;
  }
}

function nearest(frame: Frame, x: number, last: number): number {
  return Math.max(0, Math.min(last, Math.floor(((x - frame.left) / (frame.right - frame.left)) * (last + 1))));
}

/** The width that there is, in pixels, so that letters keep their size on every screen. */
function useWidth(box: RefObject<HTMLElement | null>): number {
  const [width, setWidth] = useState(600);
  useEffect(() => {
    const element = box.current;
    if (!element || typeof ResizeObserver === "undefined") return;
    const observer = new ResizeObserver(([entry]) => entry && setWidth(Math.max(200, Math.floor(entry.contentRect.width))));
    observer.observe(element);
    return () => observer.disconnect();
  }, [box]);
  return width;
}

function tableOf(chart: Chart): Table {
  const columns = chart.series.map(({ label }) => ({ label: chart.unit ? `${label} (${chart.unit})` : label, align: "right" as const }));
  return {
    kind: "table",
    title: chart.title,
    columns: [{ label: "Label", align: "left" }, ...columns],
    rows: chart.x.map((label, index) => [label, ...chart.series.map(({ values }) => values[index] ?? null)]),
    more: 0,
  };
}
