// SPDX-License-Identifier: AGPL-3.0-or-later
// What the marketplace knows, in words.
import type { ListedModule, Severity } from "@/api/market-types";
import { humanize } from "./format";

/** What a permission is about, in few words; what it gives is said by the platform at each version. */
const permissions: Record<string, string> = {
  log: "A log of its own",
  config: "Its settings",
  kv: "Small values of its own",
  sql: "Tables of its own",
  routes: "Addresses of its own",
  http: "The internet",
  events: "What happens here",
  jobs: "Work in the background",
  secrets: "Keys in its requests",
  directory: "Names and classes",
  sessions: "Conversations",
  grades: "Grades",
  ai: "Asking the AI",
  notify: "Messages to people",
  exports: "Files to download",
  "auth-provider": "Who logs in",
  panels: "Figures on pages",
  realtime: "Open pages",
  metrics: "Figures of its own",
};

export const permissionChoices: [string, string][] = Object.entries(permissions).sort(([, one], [, other]) => one.localeCompare(other));

export function permissionTitle(name: string): string {
  return permissions[name] ?? name;
}

/** A grant such as "http:books.example" as "The internet (books.example)". */
export function grantTitle(grant: string): string {
  const [name = "", ...more] = grant.split(":");
  return more.length === 0 ? permissionTitle(name) : `${permissionTitle(name)} (${more.join(":")})`;
}

/** What modules are for: the same list for every registry. */
export const categoryChoices: [string, string][] = [
  ["safety", "Safety and wellbeing"],
  ["assessment", "Assessment and feedback"],
  ["analytics", "Insight for teachers"],
  ["accessibility", "Accessibility and languages"],
  ["content", "Content and lessons"],
  ["integration", "Integration with other systems"],
  ["login", "Login"],
  ["administration", "Administration"],
  ["other", "Everything else"],
];

export function categoryTitle(name: string): string {
  return categoryChoices.find(([each]) => each === name)?.[1] ?? humanize(name);
}

export const sortChoices: [string, string][] = [
  ["downloads", "Most downloads"],
  ["rating", "Best rating"],
  ["updated", "Newest versions"],
  ["name", "By name"],
];

export const severities: Record<Severity, [label: string, tone: "neutral" | "warning" | "danger"]> = {
  low: ["Low", "neutral"],
  medium: ["Medium", "warning"],
  high: ["High", "danger"],
  critical: ["Critical", "danger"],
};

/** 1536 as "1.5 KiB". */
export function formatBytes(bytes: number): string {
  const units = ["bytes", "KiB", "MiB", "GiB"];
  let value = bytes;
  let unit = 0;
  while (value >= 1024 && unit < units.length - 1) {
    value /= 1024;
    ++unit;
  }
  const digits = unit === 0 || value >= 100 ? 0 : 1;
  return `${value.toFixed(digits)} ${units[unit]}`;
}

/** The version that a reader means who names none. */
export function mainVersion({ latest, versions }: Pick<ListedModule, "latest" | "versions">): string | null {
  return latest.stable ?? latest.beta ?? versions[0]?.version ?? null;
}

/** "https" alone: anything else could do something when it is opened. */
export function safeLink(url: string | null): string | null {
  if (!url) return null;
  try {
    return new URL(url).protocol === "https:" ? url : null;
  } catch {
    return null;
  }
}
