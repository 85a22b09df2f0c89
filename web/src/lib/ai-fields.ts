// SPDX-License-Identifier: AGPL-3.0-or-later
// The numbers of AI settings: what each is called, and what can be written there.
import type { AiSettings, Place } from "@/api/ai";
import type { JsonObject } from "@/api/types";
import { type NumberKind, faultOfNumber, fromApi, toApi } from "./ai-numbers";
import type { FormValues } from "./form";

export type NumberName = Exclude<keyof AiSettings, "default_model" | "fallback_models" | "time_zone">;

export interface NumberField {
  name: NumberName;
  label: string;
  kind: NumberKind;
  least?: number;
  hint?: string;
}

export interface FieldGroup {
  title: string;
  hint: string;
  fields: NumberField[];
}

export const fieldGroups: FieldGroup[] = [
  {
    title: "Each person",
    hint: "How often one person may ask. Nobody gets more by being in several classes.",
    fields: [
      { name: "user_requests_per_minute", label: "Questions a minute", kind: "count" },
      { name: "user_requests_per_hour", label: "Questions an hour", kind: "count" },
      { name: "user_requests_per_day", label: "Questions a day", kind: "count" },
    ],
  },
  {
    title: "All together",
    hint: "Of everybody here and below.",
    fields: [
      { name: "requests_per_minute", label: "Questions a minute, all", kind: "count" },
      { name: "requests_per_hour", label: "Questions an hour, all", kind: "count" },
      { name: "requests_per_day", label: "Questions a day, all", kind: "count" },
      { name: "tokens_per_day", label: "Tokens a day", kind: "count" },
    ],
  },
  {
    title: "Budget",
    hint: "In US dollars, of everybody here and below. Where there is one, only models with a price can be asked.",
    fields: [
      { name: "daily_budget", label: "Dollars a day", kind: "money" },
      { name: "monthly_budget", label: "Dollars a month", kind: "money" },
      { name: "budget_alert_threshold", label: "Tell administrators at (%)", kind: "percent", hint: "Of a budget, once a period." },
      { name: "soft_limit", label: "Tell people at (%)", kind: "percent", hint: "Of a limit, below their answer." },
    ],
  },
  { title: "Answers", hint: "How long one answer may be.", fields: [{ name: "max_output_tokens", label: "Tokens of one answer", kind: "count", least: 1 }] },
];

/** What only holds for groups and the system. */
const notOfClasses: NumberName[] = ["budget_alert_threshold", "soft_limit"];

export const fieldsOf = (group: FieldGroup, place: Place): NumberField[] => group.fields.filter(({ name }) => place.kind !== "class" || !notOfClasses.includes(name));

const fields = fieldGroups.flatMap((group) => group.fields);

export const fieldOf = (name: string): NumberField | undefined => fields.find((field) => field.name === name);

/** What can be seen to be wrong with the entries, by field. */
export function faultsOf(values: FormValues): FormValues {
  const faults: FormValues = {};
  for (const { name, kind, least } of fields) {
    const fault = name in values ? faultOfNumber(kind, values[name] ?? "", least) : null;
    if (fault) faults[name] = fault;
  }
  return faults;
}

/** What the form changes, as the API takes it; null takes something away, so that what holds above holds here. */
export function changesOf(values: FormValues, before: AiSettings): JsonObject {
  const changes: JsonObject = {};
  for (const { name, kind } of fields) {
    const text = values[name];
    if (text !== undefined && text !== fromApi(kind, before[name])) changes[name] = toApi(kind, text);
  }
  for (const name of ["default_model", "time_zone"] as const) {
    const text = values[name];
    if (text !== undefined && text !== (before[name] ?? "")) changes[name] = text || null;
  }
  const fallbacks = fallbacksOf(values);
  if ("fallback_0" in values && fallbacks.join("\n") !== before.fallback_models.join("\n")) changes["fallback_models"] = fallbacks;
  return changes;
}

export const mostFallbacks = 5;

function fallbacksOf(values: FormValues): string[] {
  const all = Array.from({ length: mostFallbacks }, (_, index) => values[`fallback_${index}`] ?? "");
  return all.filter((model, index) => model !== "" && all.indexOf(model) === index);
}
