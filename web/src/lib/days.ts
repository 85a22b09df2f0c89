// SPDX-License-Identifier: AGPL-3.0-or-later
// Periods of local days, as "2026-11-01".

export interface Days {
  from: string;
  to: string;
}

export const periods = ["this-month", "last-month", "7-days", "30-days", "90-days"] as const;
export type Period = (typeof periods)[number];

export const periodNames: Record<Period, string> = {
  "this-month": "This month",
  "last-month": "Last month",
  "7-days": "The last 7 days",
  "30-days": "The last 30 days",
  "90-days": "The last 90 days",
};

function text(day: Date): string {
  return `${String(day.getFullYear())}-${String(day.getMonth() + 1).padStart(2, "0")}-${String(day.getDate()).padStart(2, "0")}`;
}

/** The days of a period that ends today, or of the month before. */
export function daysOf(period: Period, today: Date = new Date()): Days {
  const at = (months: number, day: number) => new Date(today.getFullYear(), today.getMonth() + months, day);
  if (period === "this-month") return { from: text(at(0, 1)), to: text(today) };
  if (period === "last-month") return { from: text(at(-1, 1)), to: text(at(0, 0)) };
  const count = Number(period.split("-")[0]);
  return { from: text(at(0, today.getDate() - count + 1)), to: text(today) };
}

/** Each day from the first to the last, both included. */
export function eachDay({ from, to }: Days): string[] {
  const days: string[] = [];
  const [year = 0, month = 1, day = 1] = from.split("-").map(Number);
  for (let at = new Date(year, month - 1, day); text(at) <= to && days.length < 1100; at = new Date(at.getFullYear(), at.getMonth(), at.getDate() + 1)) days.push(text(at));
  return days;
}
