// SPDX-License-Identifier: AGPL-3.0-or-later
// Which field a complaint belongs to, whoever makes it: the check in the browser or the server.
import { type OutputUnit, Validator } from "@cfworker/json-schema";
import type { FieldError } from "@/api/errors";
import type { Json, JsonObject } from "@/api/types";
import { resolve } from "@/lib/schema";
import { type FormErrors, escapeKey } from "./values";

/** The schema's complaints about a finished value, by JSON pointer. Interpreted: the page's policy forbids compiled checks. */
export function validate(schema: JsonObject, value: Json): FormErrors {
  let units: OutputUnit[];
  try {
    units = new Validator(schema, "7", false).validate(value).errors;
  } catch {
    return {}; // a schema that this check cannot read; the server reads it anyway
  }
  const errors: FormErrors = {};
  for (const unit of units) {
    const complaint = complaintOf(schema, unit);
    if (complaint && !(complaint.pointer in errors)) errors[complaint.pointer] = complaint.message;
  }
  return errors;
}

function complaintOf(root: JsonObject, unit: OutputUnit): { pointer: string; message: string } | null {
  const pointer = unit.instanceLocation.replace(/^#/, "");
  const limit = limitOf(root, unit);
  const message = messages[unit.keyword]?.(limit);
  if (message) return { pointer, message };
  // These only say that something below them is wrong, and that is listed too.
  if (["properties", "items", "prefixItems", "$ref", "allOf"].includes(unit.keyword)) return null;
  return { pointer, message: unit.error };
}

const messages: Record<string, (limit: string) => string> = {
  required: () => "Something required is missing here.",
  minLength: (limit) => (limit === "1" ? "Please fill this in." : `Please write at least ${limit} characters.`),
  maxLength: (limit) => `Please write at most ${limit} characters.`,
  minimum: (limit) => `Must be ${limit} or more.`,
  maximum: (limit) => `Must be ${limit} or less.`,
  exclusiveMinimum: (limit) => `Must be more than ${limit}.`,
  exclusiveMaximum: (limit) => `Must be less than ${limit}.`,
  multipleOf: (limit) => `Must be a multiple of ${limit}.`,
  minItems: (limit) => `Needs at least ${limit}.`,
  maxItems: (limit) => `Takes at most ${limit}.`,
  uniqueItems: () => "Each entry may occur only once.",
  enum: () => "Please choose one of the options.",
  const: () => "Please choose one of the options.",
  format: (limit) => `Must have the format “${limit}”.`,
  pattern: () => "Does not have the form that is asked for.",
};

function limitOf(root: JsonObject, unit: OutputUnit): string {
  const path = unit.keywordLocation.replace(/^#\/?/, "").split("/");
  let at: Json | undefined = root;
  for (const part of path) {
    if (part === "$ref") {
      at = resolve(root, at);
      continue;
    }
    const key = decodeURIComponent(part).replace(/~1/g, "/").replace(/~0/g, "~");
    at = at !== null && typeof at === "object" ? (at as Record<string, Json>)[key] : undefined;
  }
  return typeof at === "string" || typeof at === "number" ? String(at) : "";
}

/** The server's field errors by JSON pointer, whether it writes `input.a[0].b`, `/input/a/0/b` or `a.0.b`. */
export function serverErrors(fields: FieldError[]): FormErrors {
  return Object.fromEntries(fields.map(({ path, message }) => [toPointer(path), message]));
}

function toPointer(path: string): string {
  const plain = path.replace(/^[#$]/, "");
  const parts = plain.startsWith("/")
    ? plain.slice(1).split("/")
    : plain.replace(/\[(\w+)\]/g, ".$1").split(".").filter((part) => part !== "").map(escapeKey);
  if (parts[0] === "input") parts.shift();
  return parts.map((part) => "/" + part).join("");
}
