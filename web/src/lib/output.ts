// SPDX-License-Identifier: AGPL-3.0-or-later
// A tool's structured result as text, and the rules by which it is laid out.
import type { Json, JsonObject } from "@/api/types";
import { humanize } from "./format";
import { asObject, propertyNames, resolve, textOf } from "./schema";

type Short = string | number | boolean | null;

/** In the schema's order; what the schema does not name comes last. */
export function orderedEntries(schema: JsonObject, value: JsonObject): [string, Json][] {
  const names = new Set([...propertyNames(schema), ...Object.keys(value)]);
  return [...names].filter((name) => name in value).map((name) => [name, value[name] ?? null]);
}

/** True for what reads best on one line, after its name. */
export function isShort(value: Json): value is Short {
  if (typeof value === "string") return value.length <= 60 && !/[\n*_`$#]/.test(value);
  return value === null || typeof value !== "object";
}

export function shortText(value: Short): string {
  if (value === null || value === "") return "None";
  if (typeof value === "boolean") return value ? "Yes" : "No";
  return typeof value === "number" ? value.toLocaleString() : value;
}

/** The result as Markdown, for pasting into a document. */
export function toMarkdown(schema: JsonObject, output: Json): string {
  const lines: string[] = [];
  write(schema, resolve(schema, schema), output, 1, lines);
  return lines.join("\n").replace(/\n{3,}/g, "\n\n").trim() + "\n";
}

function write(root: JsonObject, schema: JsonObject, value: Json, level: number, lines: string[]): void {
  if (Array.isArray(value)) writeList(root, resolve(root, schema["items"]), value, level, lines);
  else if (value !== null && typeof value === "object") writeGroup(root, schema, value, level, lines);
  else lines.push(typeof value === "string" ? value : shortText(value));
}

function writeList(root: JsonObject, items: JsonObject, value: Json[], level: number, lines: string[]): void {
  for (const item of value) {
    if (item === null || typeof item !== "object") {
      lines.push(`- ${shortText(item)}`);
    } else {
      write(root, items, item, level, lines);
      lines.push("");
    }
  }
}

function writeGroup(root: JsonObject, schema: JsonObject, value: JsonObject, level: number, lines: string[]): void {
  const parts = asObject(schema["properties"]);
  for (const [name, each] of orderedEntries(schema, value)) {
    const part = resolve(root, parts[name]);
    const label = textOf(part, "title") ?? humanize(name);
    if (level === 1 && name === "title" && typeof each === "string") {
      lines.push(`# ${each}`, "");
    } else if (isShort(each)) {
      lines.push(`**${label}:** ${shortText(each)}`, "");
    } else {
      lines.push(`${"#".repeat(Math.min(level + 1, 6))} ${label}`, "");
      write(root, part, each, level + 1, lines);
      lines.push("");
    }
  }
}
