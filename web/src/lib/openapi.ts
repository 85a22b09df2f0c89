// SPDX-License-Identifier: AGPL-3.0-or-later
// What the page about the API reads of an OpenAPI document, brought into the order in which it is shown.

export interface Schema {
  $ref?: string;
  type?: string | string[];
  description?: string;
  properties?: Record<string, Schema>;
  required?: string[];
  items?: Schema;
  anyOf?: Schema[];
  oneOf?: Schema[];
  enum?: unknown[];
  const?: unknown;
  format?: string;
  default?: unknown;
  examples?: unknown[];
  minLength?: number;
  maxLength?: number;
  minimum?: number;
  maximum?: number;
  additionalProperties?: boolean | Schema;
}

export interface Parameter {
  $ref?: string;
  name: string;
  in: string;
  description?: string;
  required?: boolean;
  schema: Schema;
}

export interface Media {
  schema?: Schema;
}

export interface Answer {
  $ref?: string;
  description: string;
  content?: Record<string, Media>;
}

export interface Operation {
  operationId: string;
  tags: string[];
  summary: string;
  description: string;
  parameters?: (Parameter | { $ref: string })[];
  requestBody?: { required: boolean; content: Record<string, Media> };
  responses: Record<string, Answer>;
}

export interface ApiDocument {
  info: { title: string; version: string; description: string };
  servers: { url: string }[];
  tags: { name: string; description: string }[];
  paths: Record<string, Record<string, Operation>>;
  components: Record<string, Record<string, unknown>>;
}

export interface Entry {
  method: string;
  path: string;
  operation: Operation;
}

export interface Chapter {
  name: string;
  description: string;
  entries: Entry[];
}

/** What a reference leads to; the value itself when it is none. */
export function resolve<T extends object>(api: ApiDocument, value: T | { $ref: string }): T {
  if (!("$ref" in value) || typeof value.$ref !== "string") return value as T;
  let node: unknown = api;
  for (const part of value.$ref.replace(/^#\//, "").split("/")) node = (node as Record<string, unknown> | undefined)?.[part];
  return (node ?? {}) as T;
}

/** "Group" of "#/components/schemas/Group". */
export const nameOf = (schema: Schema): string | undefined => schema.$ref?.split("/").pop();

/** The operations by tag, of those that hold every word of the search. */
export function chapters(api: ApiDocument, search: string): Chapter[] {
  const words = search.toLowerCase().split(/\s+/).filter(Boolean);
  const all: Entry[] = Object.entries(api.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ method: method.toUpperCase(), path, operation })),
  );
  const fits = ({ method, path, operation }: Entry) => {
    const text = `${method} ${path} ${operation.operationId} ${operation.summary} ${operation.description} ${operation.tags.join(" ")}`.toLowerCase();
    return words.every((word) => text.includes(word));
  };
  return api.tags
    .map(({ name, description }) => ({ name, description, entries: all.filter((entry) => entry.operation.tags.includes(name) && fits(entry)) }))
    .filter((chapter) => chapter.entries.length > 0);
}

/** A schema's type in a few words: "string (uuid) or null", "list of Group". */
export function typeWords(schema: Schema): string {
  const name = nameOf(schema);
  if (name) return name;
  const options = schema.anyOf ?? schema.oneOf;
  if (options) return options.map(typeWords).join(" or ");
  if (schema.const !== undefined) return JSON.stringify(schema.const);
  if (schema.enum) return schema.enum.map((one) => JSON.stringify(one)).join(", ");
  if (schema.items) return `list of ${typeWords(schema.items)}`;
  const types = [schema.type ?? "anything"].flat().join(" or ");
  return schema.format ? types.replace("string", `string (${schema.format})`) : types;
}

/** The bounds of a value: "1 to 100 characters, usually 50". */
export function bounds(schema: Schema): string {
  const range = (least: number | undefined, most: number | undefined, unit: string) =>
    least === undefined && most === undefined ? [] : [most === undefined ? `at least ${least}${unit}` : least === undefined ? `at most ${most}${unit}` : `${least} to ${most}${unit}`];
  const usual = schema.default === undefined ? [] : [`usually ${JSON.stringify(schema.default)}`];
  return [...range(schema.minLength, schema.maxLength, " characters"), ...range(schema.minimum, schema.maximum, ""), ...usual].join(", ");
}

/** An example of a value: the author's own where there is one. */
export function example(api: ApiDocument, given: Schema, depth = 0): unknown {
  const schema = resolve<Schema>(api, given as Schema | { $ref: string });
  if (schema.examples?.length) return schema.examples[0];
  if (schema.const !== undefined) return schema.const;
  if (schema.enum) return schema.enum[0];
  if (schema.default !== undefined) return schema.default;
  const option = schema.anyOf?.[0] ?? schema.oneOf?.[0];
  if (option) return example(api, option, depth + 1);
  const type = [schema.type].flat()[0];
  if (type === "object" && depth < 6)
    return Object.fromEntries(Object.entries(schema.properties ?? {}).map(([name, inner]) => [name, example(api, inner, depth + 1)]));
  if (type === "array") return schema.items && depth < 6 ? [example(api, schema.items, depth + 1)] : [];
  if (type === "string") return textExample(schema.format);
  if (type === "integer" || type === "number") return schema.minimum ?? 1;
  if (type === "boolean") return true;
  return type === "null" ? null : {};
}

function textExample(format: string | undefined): string {
  if (format === "uuid") return "01943c7e-0000-7000-8000-000000000001";
  if (format === "date-time") return "2026-03-01T08:00:00Z";
  return format === "password" ? "…" : "text";
}
