// SPDX-License-Identifier: AGPL-3.0-or-later
// What the registry's pages ask for; docs/registry.md describes the routes.
import { infiniteQueryOptions, queryOptions } from "@tanstack/react-query";
import { get, list } from "@/api/client";
import type { Advisory, Category, Channel, ListedModule, ModuleFilter, ModuleSummary, VersionDetail, VersionSummary } from "@/api/market-types";
import type { Page, ToolType } from "@/api/types";

export const registryRoot = "/api";

export interface RegistryFilter extends ModuleFilter {
  publisher?: string;
}

export interface Publisher {
  name: string;
  title: string;
  url: string;
  since: string;
  /** The registry's operator knows it. */
  reviewed: boolean;
  modules: number;
  keys: { key_id: string; label: string; added_at: string; revoked_at: string | null }[];
}

export interface CommunityTool {
  id: string;
  publisher: string;
  name: string;
  type: ToolType;
  subject: string;
  grade_level: string;
  description: string;
  modules: string[];
  downloads: number;
  created_at: string;
  updated_at: string;
}

export interface CommunityToolDetail extends CommunityTool {
  yaml: string;
}

export interface ToolFilter {
  q?: string;
  type?: string;
  subject?: string;
}

export interface Release {
  version: string;
  channel: Channel;
  files: { target_path: string; sha256: string; bytes: number; architecture: string }[];
  image: string;
  notes: string;
  min_from: string;
  rollout_percent: number;
  halted_because: string | null;
  published_at: string;
}

const id = encodeURIComponent;
const pageSize = 20;

function paged<T>(key: unknown[], path: string, query: object = {}) {
  return infiniteQueryOptions({
    queryKey: key,
    queryFn: ({ pageParam }) => list<T>(path, { limit: pageSize, cursor: pageParam, ...query }),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page: Page<T>) => page.nextCursor ?? undefined,
  });
}

export const modulesQuery = (filter: RegistryFilter) => paged<ModuleSummary>(["modules", "list", filter], "/modules", filter);

export const moduleQuery = (name: string) => queryOptions({ queryKey: ["modules", "one", name], queryFn: () => get<ListedModule>(`/modules/${id(name)}`) });

export const versionsQuery = (name: string) => paged<VersionSummary>(["modules", "versions", name], `/modules/${id(name)}/versions`);

export const versionQuery = (name: string, version: string) =>
  queryOptions({ queryKey: ["modules", "version", name, version], queryFn: () => get<VersionDetail>(`/modules/${id(name)}/versions/${id(version)}`) });

export const categoriesQuery = queryOptions({ queryKey: ["categories"], queryFn: async () => (await list<Category>("/categories")).items, staleTime: 60_000 });

export const publisherQuery = (name: string) => queryOptions({ queryKey: ["publishers", name], queryFn: () => get<Publisher>(`/publishers/${id(name)}`) });

export const toolsQuery = (filter: ToolFilter) => paged<CommunityTool>(["tools", "list", filter], "/tools", filter);

export const toolQuery = (toolId: string) => queryOptions({ queryKey: ["tools", "one", toolId], queryFn: () => get<CommunityToolDetail>(`/tools/${id(toolId)}`) });

export const advisoriesQuery = (module?: string) => paged<Advisory>(["advisories", module ?? null], "/advisories", { module });

export const releasesQuery = paged<Release>(["releases"], "/releases");
