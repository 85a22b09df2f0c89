// SPDX-License-Identifier: AGPL-3.0-or-later
// Reading a tool's JSON Schema: enough of it to draw a form and to title an output. The server has the last word.
import type { Json, JsonObject } from "@/api/types";

export type FieldKind = "text" | "longText" | "number" | "integer" | "boolean" | "choice" | "choices" | "list" | "group" | "json";

/** The schema at `schema`, following references inside `root`; an unknown reference gives the empty schema. */
export function resolve(root: JsonObject, schema: Json | undefined): JsonObject {
  let current = asObject(schema);
  for (let hops = 0; hops < 20; hops += 1) {
    const reference = current["$ref"];
    if (typeof reference !== "string") return current;
    const { $ref: _, ...beside } = current;
    current = { ...lookUp(root, reference), ...beside };
  }
  return {};
}

function lookUp(root: JsonObject, reference: string): JsonObject {
  if (!reference.startsWith("#")) return {};
  let at: Json | undefined = root;
  for (const part of reference.slice(1).split("/").slice(1)) {
    const key = decodeURIComponent(part).replace(/~1/g, "/").replace(/~0/g, "~");
    at = at !== null && typeof at === "object" && !Array.isArray(at) ? at[key] : undefined;
  }
  return asObject(at);
}

export function kindOf(root: JsonObject, schema: JsonObject): FieldKind {
  if (Array.isArray(schema["enum"]) || "const" in schema) return "choice";
  switch (typeOf(schema)) {
    case "string":
      return isLong(schema) ? "longText" : "text";
    case "number":
      return "number";
    case "integer":
      return "integer";
    case "boolean":
      return "boolean";
    case "array": {
      if (!("items" in schema)) return "json";
      return Array.isArray(resolve(root, schema["items"])["enum"]) ? "choices" : "list";
    }
    case "object":
      return "properties" in schema ? "group" : "json";
    default:
      return "json";
  }
}

function typeOf(schema: JsonObject): string | null {
  const type = schema["type"];
  if (typeof type === "string") return type;
  if (Array.isArray(type)) {
    const real = type.filter((each) => each !== "null");
    return real.length === 1 && typeof real[0] === "string" ? real[0] : null;
  }
  return "properties" in schema ? "object" : null;
}

function isLong(schema: JsonObject): boolean {
  const limit = schema["maxLength"];
  return (typeof limit === "number" && limit > 200) || schema["format"] === "textarea" || schema["contentMediaType"] === "text/markdown";
}

export function properties(root: JsonObject, schema: JsonObject): [name: string, schema: JsonObject][] {
  const all = asObject(schema["properties"]);
  return propertyNames(schema).map((name) => [name, resolve(root, all[name])]);
}

/** The properties' names: those required first, in the order of that list, since JSON objects themselves promise no order. */
export function propertyNames(schema: JsonObject): string[] {
  const names = Object.keys(asObject(schema["properties"]));
  const required = Array.isArray(schema["required"]) ? schema["required"] : [];
  const first = required.filter((name): name is string => typeof name === "string" && names.includes(name));
  return [...new Set([...first, ...names])];
}

export function isRequired(schema: JsonObject, name: string): boolean {
  const required = schema["required"];
  return Array.isArray(required) && required.includes(name);
}

export function options(schema: JsonObject): Json[] {
  if ("const" in schema) return [schema["const"] ?? null];
  return Array.isArray(schema["enum"]) ? schema["enum"] : [];
}

export function textOf(schema: JsonObject, key: "title" | "description" | "format" | "pattern"): string | null {
  const value = schema[key];
  return typeof value === "string" && value !== "" ? value : null;
}

export function numberOf(schema: JsonObject, key: string): number | undefined {
  const value = schema[key];
  return typeof value === "number" ? value : undefined;
}

export function asObject(value: Json | undefined): JsonObject {
  return value !== null && typeof value === "object" && !Array.isArray(value) ? value : {};
}
