// SPDX-License-Identifier: AGPL-3.0-or-later
// What administrators set for modules: for the whole system, or for a group and everything below it.
import { queryOptions } from "@tanstack/react-query";
import { type Versioned, get, getVersioned, list, replace } from "./client";
import type { Json, JsonObject } from "./types";

/** Where settings hold; no group: the whole system. */
export interface SettingsPlace {
  module: string;
  group: string | null;
}

export interface ModuleSettings {
  module: string;
  group_id: string | null;
  settings: JsonObject;
  /** By name. What they are nobody reads. */
  secrets: Record<string, { set: boolean }>;
  /** The module's config_schema; null when it has none. */
  schema: JsonObject | null;
  updated_at: string | null;
  updated_by: { id: string; name: string } | null;
}

export interface PropertyInForce {
  name: string;
  secret: boolean;
  narrow: "max" | "min" | "subset" | "superset" | "fixed" | null;
  set: boolean;
  value: Json;
  source: { kind: "group" | "system" | "default"; id: string | null; name: string | null } | null;
}

/** A module that can be set up. */
export interface SettableModule {
  name: string;
  has_settings: boolean;
}

function settingsAt({ module, group }: SettingsPlace): string {
  const name = encodeURIComponent(module);
  return group === null ? `/admin/modules/${name}/settings` : `/groups/${encodeURIComponent(group)}/modules/${name}/settings`;
}

export const settableModulesQuery = (group: string | null) =>
  queryOptions({
    queryKey: ["module-settings", "modules", group],
    queryFn: async (): Promise<SettableModule[]> => {
      if (group !== null) return (await list<SettableModule>(`/groups/${encodeURIComponent(group)}/modules`)).items;
      return (await list<{ name: string }>("/admin/modules")).items.map(({ name }) => ({ name, has_settings: true }));
    },
  });

/** Never read again behind the form's back: the tag must belong to what is shown. */
export const moduleSettingsQuery = (place: SettingsPlace) =>
  queryOptions({
    queryKey: ["module-settings", "set", place.module, place.group],
    queryFn: () => getVersioned<ModuleSettings>(settingsAt(place)),
    refetchOnWindowFocus: false,
    refetchOnReconnect: false,
    staleTime: Infinity,
    gcTime: 0,
  });

export const moduleSettingsInForceQuery = (place: SettingsPlace) =>
  queryOptions({ queryKey: ["module-settings", "resolved", place.module, place.group], queryFn: () => get<{ properties: PropertyInForce[] }>(`${settingsAt(place)}/resolved`) });

/** Secrets that are not named stay; null forgets one. */
export const saveModuleSettings = (place: SettingsPlace, settings: JsonObject, secrets: Record<string, string | null>, etag: string | null): Promise<Versioned<ModuleSettings>> => replace<ModuleSettings>(settingsAt(place), { settings, secrets }, etag);
