// SPDX-License-Identifier: AGPL-3.0-or-later
import type { Chart } from "@/api/panels";
import { formatShort, numbersOf, shownLabels, stretches, ticksOf } from "@/lib/chart";
import { dashes, fills, strokes } from "./series-mark";

const height = 220;
const top = 10;
const bottom = height - 26;
const labelRoom = 72;
const letter = 6.5;

/** Where things stand, in pixels. */
export interface Frame {
  width: number;
  left: number;
  right: number;
  ticks: number[];
  /** The middle of a label's column. */
  column: (index: number) => number;
  columnWidth: number;
  row: (value: number) => number;
}

export function frameOf(chart: Chart, width: number): Frame {
  const ticks = ticksOf(numbersOf(chart));
  const left = 12 + letter * Math.max(...ticks.map((each) => formatShort(each).length));
  const right = width - 4;
  const columnWidth = (right - left) / chart.x.length;
  const least = ticks[0]!;
  // Halves, so that the span of the largest numbers is one too; of the smallest it is none.
  const span = ticks.at(-1)! / 2 - least / 2 || 1;
  return {
    width,
    left,
    right,
    ticks,
    columnWidth,
    column: (index) => left + columnWidth * (index + 0.5),
    row: (value) => bottom - ((value / 2 - least / 2) / span) * (bottom - top),
  };
}

/** The picture; what it says is in the words around it. `at` is the point that is read. */
export function Drawing({ chart, frame, at }: { chart: Chart; frame: Frame; at: number | null }) {
  return (
    <svg aria-hidden width="100%" height={height} viewBox={`0 0 ${frame.width} ${height}`} className="block select-none" data-chart={chart.form}>
      {at !== null && <rect x={frame.column(at) - frame.columnWidth / 2} y={top} width={frame.columnWidth} height={bottom - top} className="fill-muted" />}
      {frame.ticks.map((tick) => (
        <g key={tick}>
          <line x1={frame.left} x2={frame.right} y1={frame.row(tick)} y2={frame.row(tick)} className={tick === 0 ? "stroke-muted-foreground" : "stroke-border"} />
          <text x={frame.left - 6} y={frame.row(tick) + 4} textAnchor="end" className="fill-muted-foreground text-xs">
            {formatShort(tick)}
          </text>
        </g>
      ))}
      {shownLabels(chart.x.length, (frame.right - frame.left) / labelRoom).map((index) => (
        <text key={index} x={frame.column(index)} y={height - 8} textAnchor="middle" className="fill-muted-foreground text-xs">
          {clipped(chart.x[index]!, frame, chart.x.length)}
        </text>
      ))}
      {chart.form === "bar" ? <Bars chart={chart} frame={frame} /> : <Lines chart={chart} frame={frame} at={at} />}
    </svg>
  );
}

function clipped(label: string, frame: Frame, count: number): string {
  const room = Math.max(labelRoom, (frame.right - frame.left) / count);
  const most = Math.max(3, Math.floor(room / letter) - 1);
  return label.length > most ? `${label.slice(0, most - 1)}…` : label;
}

function Bars({ chart, frame }: { chart: Chart; frame: Frame }) {
  const group = frame.columnWidth * 0.76;
  const each = group / chart.series.length;
  return chart.series.map(({ values }, series) => (
    <g key={series} className={fills[series]}>
      {values.map((value, index) => {
        if (value === null) return null;
        const y = frame.row(Math.max(0, value));
        const tall = Math.abs(frame.row(value) - frame.row(0));
        return <rect key={index} x={frame.column(index) - group / 2 + each * series} y={y} width={Math.max(0.5, each - Math.min(2, each * 0.15))} height={tall} rx={Math.min(3, each / 4)} />;
      })}
    </g>
  ));
}

function Lines({ chart, frame, at }: { chart: Chart; frame: Frame; at: number | null }) {
  return chart.series.map(({ values }, series) => (
    <g key={series}>
      {stretches(values).map((indexes) =>
        indexes.length === 1 ? (
          <Dot key={indexes[0]} series={series} x={frame.column(indexes[0]!)} y={frame.row(values[indexes[0]!]!)} />
        ) : (
          <polyline
            key={indexes[0]}
            points={indexes.map((index) => `${frame.column(index)},${frame.row(values[index]!)}`).join(" ")}
            fill="none"
            strokeWidth="2.5"
            strokeLinejoin="round"
            strokeDasharray={dashes[series]}
            className={strokes[series]}
          />
        ),
      )}
      {at !== null && values[at] !== null && <Dot series={series} x={frame.column(at)} y={frame.row(values[at]!)} />}
    </g>
  ));
}

function Dot({ series, x, y }: { series: number; x: number; y: number }) {
  return <circle cx={x} cy={y} r="4" className={fills[series]} />;
}
