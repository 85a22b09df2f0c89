// SPDX-License-Identifier: AGPL-3.0-or-later
// Models with their prices, and the limits and budgets of the system, of groups and of classes.
import { queryOptions } from "@tanstack/react-query";
import { type Versioned, change, get, getVersioned, list, post, remove } from "./client";
import type { JsonObject, Page } from "./types";

export interface AiModel {
  /** As the gateway names it; may hold slashes. */
  id: string;
  name: string;
  provider: string;
  active: boolean;
  /** US dollars a thousand tokens, as decimal text; null while they are not known. */
  input_cost_per_1k: string | null;
  output_cost_per_1k: string | null;
  max_context_tokens: number | null;
  max_output_tokens: number | null;
}

/** A model that may be asked, for whoever chooses one. */
export type ModelChoice = Pick<AiModel, "id" | "name" | "provider">;

export type Place = { kind: "system" } | { kind: "group"; id: string } | { kind: "class"; id: string };

export interface AiSettings {
  default_model: string | null;
  fallback_models: string[];
  user_requests_per_minute: number | null;
  user_requests_per_hour: number | null;
  user_requests_per_day: number | null;
  requests_per_minute: number | null;
  requests_per_hour: number | null;
  requests_per_day: number | null;
  tokens_per_day: number | null;
  /** US dollars, as decimal text. */
  daily_budget: string | null;
  monthly_budget: string | null;
  /** Shares between 0 and 1, as decimal text. */
  budget_alert_threshold: string | null;
  soft_limit: string | null;
  max_output_tokens: number | null;
  time_zone: string | null;
}

/** Where something holds from: the class itself, a group above, the system, or the server's environment. */
export interface Source {
  kind: "class" | "group" | "system" | "environment";
  id: string | null;
  name: string | null;
}

export interface ResolvedLimit {
  /** A member of AiSettings. */
  name: string;
  /** Decimal text, as the next two. */
  value: string;
  /** How much of it is used now; null where each person is counted, or nothing is. */
  used: string | null;
  /** By calls that are on their way. */
  reserved: string | null;
  resets_at: string | null;
  source: Source;
}

export interface ResolvedSettings {
  model: { id: string; source: Source } | null;
  /** Why no model can be asked. */
  problem: string | null;
  fallback_models: string[];
  limits: ResolvedLimit[];
  time_zone: string;
}

const modelAt = (id: string) => `/admin/ai/models/${encodeURIComponent(id)}`;

export function settingsAt(place: Place): string {
  if (place.kind === "system") return "/admin/ai/settings";
  return place.kind === "group" ? `/admin/ai/settings/${encodeURIComponent(place.id)}` : `/classes/${encodeURIComponent(place.id)}/ai-settings`;
}

const keyOf = (place: Place) => [place.kind, place.kind === "system" ? "" : place.id];

async function all<T>(path: string): Promise<T[]> {
  const items: T[] = [];
  let cursor: string | undefined;
  do {
    const page: Page<T> = await list<T>(path, { cursor });
    items.push(...page.items);
    cursor = page.nextCursor ?? undefined;
  } while (cursor !== undefined);
  return items;
}

export const adminModelsQuery = queryOptions({ queryKey: ["ai", "models"], queryFn: () => all<AiModel>("/admin/ai/models") });

/** Never read again behind the form's back: the tag must belong to what is shown. */
const asItWasRead = { refetchOnWindowFocus: false, refetchOnReconnect: false, staleTime: Infinity, gcTime: 0 } as const;

export const adminModelQuery = (id: string) => queryOptions({ queryKey: ["ai", "model", id], queryFn: () => getVersioned<AiModel>(modelAt(id)), ...asItWasRead });

export const modelChoicesQuery = queryOptions({ queryKey: ["ai", "choices"], queryFn: () => all<ModelChoice>("/ai/models"), staleTime: 60_000 });

export const settingsQuery = (place: Place) =>
  queryOptions({
    queryKey: ["ai", "settings", ...keyOf(place)],
    queryFn: () => getVersioned<AiSettings>(settingsAt(place)),
    ...asItWasRead,
  });

export const resolvedQuery = (place: Place) =>
  queryOptions({ queryKey: ["ai", "resolved", ...keyOf(place)], queryFn: () => get<ResolvedSettings>(`${settingsAt(place)}/resolved`), refetchInterval: 30_000 });

export const aiModels = {
  create: (model: JsonObject) => post<AiModel>("/admin/ai/models", model),
  edit: (id: string, changes: JsonObject, etag: string | null) => change<AiModel>(modelAt(id), changes, etag),
  remove: (id: string) => remove(modelAt(id)),
};

export const saveSettings = (place: Place, changes: JsonObject, etag: string | null): Promise<Versioned<AiSettings>> => change<AiSettings>(settingsAt(place), changes, etag);
