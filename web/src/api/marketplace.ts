// SPDX-License-Identifier: AGPL-3.0-or-later
// The marketplace as administrators of this host see it: what the registry offers, plans, operations, policies.
import { infiniteQueryOptions, queryOptions } from "@tanstack/react-query";
import { type Versioned, get, getVersioned, list, post, remove, replace } from "./client";
import type { Advisory, AskedPermission, Channel, ListedModule, ModuleFilter, ModuleSummary, VersionSummary } from "./market-types";
import type { Page } from "./types";

/** How this host stands with its registry. */
export interface MarketState {
  /** null: none is set up. */
  url: string | null;
  /** Of the root that this host trusts; null or 0 while it trusts none. */
  root_version: number | null;
  expires_at: string | null;
  refreshed_at: string | null;
  /** Why the registry cannot be used now. */
  fault: string | null;
  advisories: number;
}

export interface OfferedModule extends ModuleSummary {
  installed: string | null;
  /** Whether this host can run one of its versions. */
  compatible: boolean;
}

export interface OfferedVersion extends VersionSummary {
  compatible: boolean;
  why_not: string | null;
  /** Whether signed metadata names these very bytes. */
  vouched: boolean;
}

export interface OfferedModuleDetail extends ListedModule {
  installed: string | null;
  versions: OfferedVersion[];
}

/** One module that is asked for; without version and range the newest that fits. */
export interface Wanted {
  name: string;
  version?: string;
  range?: string;
  channel?: Channel;
}

export type PlanRequest = { install: Wanted[] } | { upload_id: string };

export interface PlannedHook {
  point: string;
  text: string;
  /** How that differs from the installed version; "" when it does not. */
  change: string;
  /** It reads more there, or may do more, than the installed version. */
  new: boolean;
}

export interface PlanStep {
  name: string;
  title: string;
  /** null: it is new here. */
  from: string | null;
  to: string;
  kind: "install" | "upgrade" | "downgrade";
  publisher: string;
  key_id: string;
  /** Whether something of this publisher was installed before, with this key. */
  known_publisher: boolean;
  signed: boolean;
  vouched: boolean;
  bytes: number;
  because: string;
  change_log: string;
  permissions: (AskedPermission & { new: boolean })[];
  /** Grants that go: "kv", "http:books.example". */
  removed_permissions: string[];
  /** What it is told of what people write with the tools that it is attached to. */
  hooks: PlannedHook[];
  /** Points at which it is asked now and would no longer be. */
  removed_hooks: string[];
  migrations: number;
  config_required: boolean;
}

export interface Plan {
  /** Names what it would do: another plan has another one. */
  id: string;
  steps: PlanStep[];
  warnings: string[];
  total_bytes: number;
}

export type Phase = "waiting" | "downloading" | "verifying" | "migrating" | "switching" | "done" | "failed" | "taken_back";

export interface OperationStep {
  name: string;
  to: string;
  state: string;
  phase: Phase;
  bytes_done: number;
  bytes: number;
}

export interface Operation {
  id: string;
  kind: string;
  state: "running" | "done" | "failed";
  steps: OperationStep[];
  error: string | null;
  started_by: string | null;
  started_at: string;
  ended_at: string | null;
}

export interface Upload {
  upload_id: string;
  name: string;
  version: string;
}

export interface Policy {
  auto_update: "manual" | "patch" | "minor";
  channel: Channel;
  /** Versions that may be installed; null: any. */
  pin: string | null;
}

/** A policy with what has come of it. */
export interface PolicyDetails extends Policy {
  /** Versions that failed here after they were taken by themselves. */
  held: { version: string; because: string }[];
  updated_by: string | null;
  updated_at: string;
  /** What was done without anybody being asked, newest first. */
  events: { kind: "updated" | "kept" | "rolled_back" | "failed"; version: string; text: string; at: string }[];
}

/** An advisory with the version that it touches here. */
export interface AdvisoryHere extends Advisory {
  installed_version: string;
}

const id = encodeURIComponent;

export const marketStateQuery = queryOptions({ queryKey: ["admin", "marketplace", "state"], queryFn: () => get<MarketState>("/admin/marketplace") });

export const offeredModulesQuery = (filter: ModuleFilter) =>
  infiniteQueryOptions({
    queryKey: ["admin", "marketplace", "list", filter],
    queryFn: ({ pageParam }) => list<OfferedModule>("/admin/marketplace/modules", { cursor: pageParam, ...filter }),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page: Page<OfferedModule>) => page.nextCursor ?? undefined,
  });

export const offeredModuleQuery = (name: string) =>
  queryOptions({ queryKey: ["admin", "marketplace", "one", name], queryFn: () => get<OfferedModuleDetail>(`/admin/marketplace/modules/${id(name)}`) });

/** What an installation would do. Asked anew each time, since the answer is what somebody agrees to. */
export const planQuery = (request: PlanRequest) =>
  queryOptions({
    queryKey: ["module-plan", request],
    queryFn: () => post<Plan>("/admin/module-plans", request),
    staleTime: Infinity,
    gcTime: 0,
    retry: false,
    refetchOnWindowFocus: false,
    refetchOnReconnect: false,
  });

/** Does what a plan says; refused (409) when it would do something else by now. `key` makes a repeated request the same one. */
export const startOperation = (plan: PlanRequest, planId: string, key: string): Promise<Operation> =>
  post<Operation>("/admin/module-operations", { plan, plan_id: planId, consent: true }, { "Idempotency-Key": key });

export const operationsQuery = queryOptions({
  queryKey: ["admin", "operations"],
  queryFn: async () => (await list<Operation>("/admin/module-operations")).items,
  refetchInterval: 5000,
});

export const operationQuery = (operationId: string) =>
  queryOptions({
    queryKey: ["admin", "operations", operationId],
    queryFn: () => get<Operation>(`/admin/module-operations/${id(operationId)}`),
    refetchInterval: (query) => (query.state.data === undefined || query.state.data.state === "running" ? 1000 : false),
  });

/** Never read again behind the form's back: the tag must belong to what is shown. */
export const policyQuery = (name: string) =>
  queryOptions({
    queryKey: ["module-policy", name],
    queryFn: () => getVersioned<PolicyDetails>(policyPath(name)),
    staleTime: Infinity,
    gcTime: 0,
    refetchOnWindowFocus: false,
    refetchOnReconnect: false,
  });

const policyPath = (name: string) => `/admin/modules/${id(name)}/policy`;

export const savePolicy = (name: string, policy: Policy, etag: string | null): Promise<Versioned<PolicyDetails>> => replace<PolicyDetails>(policyPath(name), policy, etag);

export const removeModule = (name: string, purge: boolean): Promise<void> => remove(`/admin/modules/${id(name)}${purge ? "?purge=true" : ""}`);

/** Those that hold for what is installed here, and for the platform. */
export const advisoriesQuery = queryOptions({
  queryKey: ["admin", "advisories"],
  queryFn: async () => (await list<AdvisoryHere>("/admin/advisories")).items,
  staleTime: 60_000,
  refetchInterval: 300_000,
});
