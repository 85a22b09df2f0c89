// SPDX-License-Identifier: AGPL-3.0-or-later
import type { Chart } from "@/api/panels";

/** Colors of the theme, and a pattern of the line as well: nobody needs to tell colors apart. */
export const strokes = ["stroke-chart-1", "stroke-chart-2", "stroke-chart-3", "stroke-chart-4", "stroke-chart-5", "stroke-chart-6"];
export const fills = ["fill-chart-1", "fill-chart-2", "fill-chart-3", "fill-chart-4", "fill-chart-5", "fill-chart-6"];
export const dashes = [undefined, "7 4", "2 3", "10 3 2 3", "5 2", "1 4"];

export function SeriesMark({ index, form }: { index: number; form: Chart["form"] }) {
  return (
    <svg aria-hidden width="22" height="12" className="shrink-0">
      {form === "bar" ? <rect x="4" width="14" height="12" rx="3" className={fills[index]} /> : <line x1="0" x2="22" y1="6" y2="6" strokeWidth="3" strokeDasharray={dashes[index]} className={strokes[index]} />}
    </svg>
  );
}
