// SPDX-License-Identifier: AGPL-3.0-or-later
// The arithmetic of charts.
import type { Chart } from "@/api/panels";

/** Round steps from below the least to above the most value; always with zero in view. */
export function ticksOf(values: number[], wanted = 5): number[] {
  const least = Math.min(0, ...values);
  const most = Math.max(0, ...values);
  const span = most - least;
  if (span === 0) return [0, 1];
  // Where there is no arithmetic left to find round steps with.
  if (span < 1e-300 || span > 1e300) return [...new Set([least, 0, most])];
  const rough = span / wanted;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((each) => each * power).find((each) => each >= rough)!;
  const first = Math.floor(least / step);
  const last = Math.ceil(most / step);
  return Array.from({ length: last - first + 1 }, (_, index) => Number(((first + index) * step).toPrecision(12)));
}

/** Which labels of the x axis have room, evenly spread, the first always. */
export function shownLabels(count: number, room: number): number[] {
  const step = Math.max(1, Math.ceil(count / Math.max(1, room)));
  return Array.from({ length: Math.ceil(count / step) }, (_, index) => index * step);
}

export function numbersOf(chart: Chart): number[] {
  return chart.series.flatMap((each) => each.values).filter((value): value is number => value !== null);
}

/** Neighbors that are there, to be joined by a line: indexes of each stretch without a gap. */
export function stretches(values: (number | null)[]): number[][] {
  const found: number[][] = [];
  values.forEach((value, index) => {
    if (value === null) return;
    const last = found.at(-1);
    if (last && last.at(-1) === index - 1) last.push(index);
    else found.push([index]);
  });
  return found;
}

const plain = new Intl.NumberFormat(undefined, { maximumFractionDigits: 3 });
const short = new Intl.NumberFormat(undefined, { notation: "compact", maximumFractionDigits: 1 });
const tiny = new Intl.NumberFormat(undefined, { notation: "scientific", maximumFractionDigits: 2 });

/** As a reader writes it; what would fill a line, or round to nothing, in powers of ten. */
export function formatNumber(value: number): string {
  const size = Math.abs(value);
  return size !== 0 && (size >= 1e15 || size < 0.001) ? tiny.format(value) : plain.format(value);
}

/** For the axis, where there is little room. */
export function formatShort(value: number): string {
  const size = Math.abs(value);
  return size !== 0 && (size >= 1e15 || size < 0.1) ? formatNumber(value) : size < 10_000 ? plain.format(value) : short.format(value);
}

/** "Monday: Pages 12, Books none". */
export function readout(chart: Chart, index: number): string {
  const unit = chart.unit === null ? "" : ` ${chart.unit}`;
  const parts = chart.series.map(({ label, values }) => {
    const value = values[index] ?? null;
    return `${label} ${value === null ? "none" : formatNumber(value) + unit}`;
  });
  return `${chart.x[index] || `Point ${index + 1}`}: ${parts.join(", ")}`;
}
