// SPDX-License-Identifier: AGPL-3.0-or-later
// Times, counts and machine names in words.

const dateTime = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "short" });
const dayTime = new Intl.DateTimeFormat(undefined, { weekday: "short", month: "short", day: "numeric", hour: "numeric", minute: "2-digit" });
const time = new Intl.DateTimeFormat(undefined, { timeStyle: "short" });
const relative = new Intl.RelativeTimeFormat(undefined, { numeric: "auto" });

export function formatDateTime(time: string | null | undefined): string {
  return format(time, dateTime);
}

export function formatDue(time: string | null | undefined): string {
  return format(time, dayTime);
}

/** A moment close by: "2:05 PM" today, with the day otherwise. */
export function formatTime(at: Date, now: Date = new Date()): string {
  return at.toDateString() === now.toDateString() ? time.format(at) : dayTime.format(at);
}

/** Such as "5 minutes ago" or "tomorrow"; `now` in milliseconds since 1970. */
export function formatRelative(time: string | null | undefined, now: number = Date.now()): string {
  const at = time ? Date.parse(time) : NaN;
  if (Number.isNaN(at)) return "";
  const seconds = (at - now) / 1000;
  const units: [Intl.RelativeTimeFormatUnit, number][] = [["day", 86_400], ["hour", 3600], ["minute", 60]];
  for (const [unit, length] of units) {
    if (Math.abs(seconds) >= length) return relative.format(Math.trunc(seconds / length), unit);
  }
  return "just now";
}

/** How long it is to something that is to come. */
export function formatUntil(at: Date, now: number = Date.now()): string {
  return at.getTime() - now < 60_000 ? "in less than a minute" : formatRelative(at.toISOString(), now);
}

function format(time: string | null | undefined, how: Intl.DateTimeFormat): string {
  const at = time ? new Date(time) : null;
  return at === null || Number.isNaN(at.getTime()) ? "" : how.format(at);
}

export function plural(count: number, one: string, many = one + "s"): string {
  return `${count.toLocaleString()} ${count === 1 ? one : many}`;
}

/** "struggle-detector", "repeated_error" or "learningGoals" as a reader would write them. */
export function humanize(name: string): string {
  const words = name
    .replace(/([a-z0-9])([A-Z])/g, "$1 $2")
    .replace(/[_\-.]+/g, " ")
    .trim()
    .toLowerCase()
    .replace(/\bai\b/g, "AI");
  return words.charAt(0).toUpperCase() + words.slice(1);
}

/** Module names in one phrase: "safety-filter and struggle-detector". */
export function joinNames(names: string[]): string {
  if (names.length < 2) return names[0] ?? "";
  return names.slice(0, -1).join(", ") + " and " + names[names.length - 1];
}

/** A value that a module chose from its own list ("self_harm", "to_ai") in words; anything else as it is. */
export function humanizeValue(value: string): string {
  return /^[a-z]+(_[a-z]+)+$/.test(value) ? humanize(value) : value;
}

export function formatSubject(subject: string): string {
  return subject === "any" ? "Any subject" : humanize(subject);
}

/** Grades as a school says them: 0 is kindergarten, neighbors become a range. */
export function formatGrades(grades: (string | number)[]): string {
  if (grades.length === 0) return "";
  const numbers = grades.map(Number);
  const run = numbers.length > 2 && numbers.every((grade, index) => index === 0 || grade === numbers[index - 1]! + 1);
  const names = grades.map((grade) => (Number(grade) === 0 ? "K" : String(grade)));
  const text = run ? `${names[0]}–${names[names.length - 1]}` : names.join(", ");
  return (grades.length === 1 ? "Grade " : "Grades ") + text;
}
