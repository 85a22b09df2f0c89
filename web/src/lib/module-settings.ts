// SPDX-License-Identifier: AGPL-3.0-or-later
// A module's config_schema as a form of what one place says itself: nothing is required there, and what is left out is
// inherited. Secrets have fields of their own.
import type { FieldError } from "@/api/errors";
import type { PropertyInForce } from "@/api/module-settings";
import type { Json, JsonObject } from "@/api/types";
import { humanize } from "./format";
import { asObject, resolve, textOf } from "./schema";

export function isSecret(property: Json | undefined): boolean {
  return asObject(property)["x-rapt-secret"] === true;
}

/** The form's schema. A tick cannot be left out, so a yes-or-no becomes a choice. */
export function formSchema(schema: JsonObject): JsonObject {
  const { required: _, allOf: _all, anyOf: _any, oneOf: _one, if: _if, then: _then, else: _else, not: _not, dependencies: _deps, minProperties: _min, ...rest } = schema;
  const shown = Object.entries(asObject(schema["properties"])).filter(([, property]) => !isSecret(property));
  return { ...rest, properties: Object.fromEntries(shown.map(([name, property]) => [name, withoutDefault(schema, property)])) };
}

function withoutDefault(root: JsonObject, property: Json | undefined): Json {
  const { default: _, ...rest } = resolve(root, property);
  if (rest["type"] !== "boolean") return rest;
  const { type: _type, ...untyped } = rest;
  return { ...untyped, enum: [true, false] };
}

export function secretsOf(schema: JsonObject | null): { name: string; title: string; about: string | null }[] {
  return Object.entries(asObject(schema?.["properties"]))
    .filter(([, property]) => isSecret(property))
    .map(([name, property]) => ({ name, title: textOf(asObject(property), "title") ?? name, about: textOf(asObject(property), "description") }));
}

/** The server's paths begin with "settings"; the form's with nothing. */
export function atFields(faults: FieldError[]): FieldError[] {
  return faults.map((fault) => ({ ...fault, path: fault.path.replace(/^settings(?=[.[]|$)/, "input") }));
}

/** What a property is called in the module's schema, as in the form. */
export function propertyTitle(schema: JsonObject | null, name: string): string {
  return textOf(resolve(schema ?? {}, asObject(schema?.["properties"])[name]), "title") ?? humanize(name);
}

export function whereFrom({ source }: PropertyInForce): string {
  if (source === null) return "nobody has set it";
  return { group: `from ${source.name ?? "a group above"}`, system: "from the whole system", default: "the module’s default" }[source.kind];
}

export function whatToolsMay({ narrow, secret }: PropertyInForce): string | null {
  if (secret || narrow === "fixed") return "No tool can set it.";
  if (narrow === "max") return "A tool may only make it smaller.";
  if (narrow === "min") return "A tool may only make it greater.";
  if (narrow === "superset") return "A tool may only add to these.";
  return narrow === "subset" ? "A tool may only choose among these." : null;
}
