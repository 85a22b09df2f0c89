// SPDX-License-Identifier: AGPL-3.0-or-later
// Ways to log in beside the password, as system administrators set them up.
import { queryOptions } from "@tanstack/react-query";
import { change, getVersioned, list, post, remove } from "./client";
import type { JsonObject } from "./types";

export interface ProviderDomain {
  domain: string;
  forced: boolean;
}

export interface Provider {
  name: string;
  module: string;
  title: string;
  settings: JsonObject;
  /** The names of those that are set; their values never come back. */
  secrets: string[];
  enabled: boolean;
  create_users: boolean;
  default_group_id: string | null;
  default_role: "student" | "teacher";
  domains: ProviderDomain[];
}

/** By name; null forgets one. */
export type Secrets = Record<string, string | null>;

export type ProviderChange = Partial<Omit<Provider, "secrets">> & { secrets?: Secrets };

export interface ProviderModule {
  name: string;
}

const at = (name: string) => `/admin/auth-providers/${encodeURIComponent(name)}`;

export const authProvidersQuery = queryOptions({
  queryKey: ["auth-providers"],
  queryFn: async () => (await list<Provider>("/admin/auth-providers")).items,
});

export const authProviderQuery = (name: string) =>
  queryOptions({
    queryKey: ["auth-providers", "one", name],
    queryFn: () => getVersioned<Provider>(at(name)),
    refetchOnWindowFocus: false,
    refetchOnReconnect: false,
    staleTime: Infinity,
    gcTime: 0,
  });

export const providerModulesQuery = queryOptions({
  queryKey: ["auth-provider-modules"],
  queryFn: async () => (await list<ProviderModule | string>("/admin/auth-providers/modules")).items.map((each) => (typeof each === "string" ? each : each.name)),
});

export const authProviders = {
  create: (provider: ProviderChange) => post<Provider>("/admin/auth-providers", provider),
  edit: (name: string, changes: ProviderChange, etag: string | null) => change<Provider>(at(name), changes, etag),
  remove: (name: string) => remove(at(name)),
};
