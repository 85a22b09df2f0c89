// SPDX-License-Identifier: AGPL-3.0-or-later
// What a form holds while it is being filled in, and how it becomes the JSON that a tool wants.
// Text boxes hold text, numbers too: "1." is a number being typed. Types are made when the form is sent.
import type { Json, JsonObject } from "@/api/types";
import { asObject, isRequired, kindOf, options, properties, resolve } from "@/lib/schema";

/** Form state: text, a tick, a list or a group of them. An absent value is "not filled in". */
export type FormValue = undefined | string | boolean | FormValue[] | { [name: string]: FormValue };
export type FormErrors = Record<string, string>;

export const requiredMessage = "Please fill this in.";

export function initialValue(root: JsonObject, schema: JsonObject, given: Json | undefined = schema["default"]): FormValue {
  const kind = kindOf(root, schema);
  if (kind === "group") {
    const known = asObject(given);
    return Object.fromEntries(properties(root, schema).map(([name, each]) => [name, initialValue(root, each, known[name] ?? each["default"])]));
  }
  if (kind === "list") {
    const items = resolve(root, schema["items"]);
    const least = typeof schema["minItems"] === "number" ? Math.min(schema["minItems"], 20) : 0;
    const listed = Array.isArray(given) ? given : Array.from({ length: least }, () => undefined);
    return listed.map((item) => initialValue(root, items, item ?? items["default"]));
  }
  if (kind === "choices") return Array.isArray(given) ? given.map(encodeOption) : [];
  if (kind === "boolean") return given === true;
  if (kind === "choice") return given === undefined ? undefined : encodeOption(given);
  if (given === undefined || given === null) return undefined;
  if (kind === "json") return JSON.stringify(given, null, 2);
  return typeof given === "string" ? given : String(given);
}

/** Choices are kept as JSON text, so that 9 and "9" stay different. */
export function encodeOption(option: Json): string {
  return JSON.stringify(option);
}

/** Makes the typed value. What cannot be made is noted in `errors` under its JSON pointer; absent means "leave out". */
export function collect(root: JsonObject, schema: JsonObject, value: FormValue, pointer: string, required: boolean, errors: FormErrors): Json | undefined {
  switch (kindOf(root, schema)) {
    case "group":
      return collectGroup(root, schema, value, pointer, required, errors);
    case "list":
      return collectList(root, schema, value, pointer, required, errors);
    case "choices": {
      const chosen = Array.isArray(value) ? value : [];
      if (chosen.length === 0 && !required) return undefined;
      return options(resolve(root, schema["items"])).filter((option) => chosen.includes(encodeOption(option)));
    }
    case "boolean":
      return value === true;
    default:
      return collectText(root, schema, typeof value === "string" ? value : "", pointer, required, errors);
  }
}

function collectGroup(root: JsonObject, schema: JsonObject, value: FormValue, pointer: string, required: boolean, errors: FormErrors): Json | undefined {
  const fields = typeof value === "object" && !Array.isArray(value) ? value : {};
  if (!required && properties(root, schema).every(([name, each]) => isEmpty(root, each, fields[name]))) return undefined;
  const result: JsonObject = {};
  for (const [name, each] of properties(root, schema)) {
    const made = collect(root, each, fields[name], `${pointer}/${escapeKey(name)}`, isRequired(schema, name), errors);
    if (made !== undefined) result[name] = made;
  }
  return result;
}

function collectList(root: JsonObject, schema: JsonObject, value: FormValue, pointer: string, required: boolean, errors: FormErrors): Json | undefined {
  const rows = Array.isArray(value) ? value : [];
  if (rows.length === 0 && !required) return undefined;
  const items = resolve(root, schema["items"]);
  return rows.flatMap((row, index) => {
    const made = collect(root, items, row, `${pointer}/${index}`, true, errors);
    return made === undefined ? [] : [made];
  });
}

function collectText(root: JsonObject, schema: JsonObject, text: string, pointer: string, required: boolean, errors: FormErrors): Json | undefined {
  const kind = kindOf(root, schema);
  if (text.trim() === "") {
    if (!required) return undefined;
    if (Array.isArray(schema["type"]) && schema["type"].includes("null")) return null;
    errors[pointer] = requiredMessage;
    return undefined;
  }
  if (kind === "text" || kind === "longText") return text;
  if (kind === "number" || kind === "integer") {
    const number = Number(text.trim().replace(/^\+/, ""));
    if (Number.isFinite(number) && (kind === "number" || Number.isInteger(number))) return number;
    errors[pointer] = kind === "integer" ? "Please enter a whole number." : "Please enter a number.";
    return undefined;
  }
  try {
    return JSON.parse(text) as Json;
  } catch {
    errors[pointer] = "This is not valid JSON.";
    return undefined;
  }
}

function isEmpty(root: JsonObject, schema: JsonObject, value: FormValue): boolean {
  if (kindOf(root, schema) === "group" && typeof value === "object" && !Array.isArray(value)) {
    return properties(root, schema).every(([name, each]) => isEmpty(root, each, value[name]));
  }
  return value === undefined || value === false || (typeof value === "string" && value.trim() === "") || (Array.isArray(value) && value.length === 0);
}

export function escapeKey(name: string): string {
  return name.replace(/~/g, "~0").replace(/\//g, "~1");
}
