// SPDX-License-Identifier: AGPL-3.0-or-later
// What the pages ask for, each with the key under which it is cached.
import { QueryClient, infiniteQueryOptions, queryOptions } from "@tanstack/react-query";
import { appendLines } from "@/lib/modules";
import { get, list } from "./client";
import { ApiError } from "./errors";
import type { Assignment, Extraction, Instance, Me, Module, ModuleDetail, ModuleLine, Named, Page, Run, SessionDetail, SessionSummary, Tool, ToolPlan } from "./types";

export function newQueryClient(): QueryClient {
  return new QueryClient({
    defaultOptions: {
      queries: {
        staleTime: 10_000,
        // A refusal stays a refusal; what may be a hiccup is asked twice more.
        retry: (failures, error) => failures < 2 && error instanceof ApiError && error.status !== 429 && error.isRetryable,
      },
    },
  });
}

const id = encodeURIComponent;

export const instanceQuery = queryOptions({
  queryKey: ["instance"],
  queryFn: () => get<Instance>("/instance"),
  staleTime: 60_000,
});

export const meQuery = queryOptions({ queryKey: ["me"], queryFn: () => get<Me>("/auth/me"), staleTime: 60_000 });

export const classQuery = (classId: string) => queryOptions({ queryKey: ["classes", classId], queryFn: () => get<Named>(`/classes/${id(classId)}`) });

export const toolsQuery = queryOptions({ queryKey: ["tools"], queryFn: () => all<Tool>("/tools") });

export const toolQuery = (toolId: string) =>
  queryOptions({ queryKey: ["tools", toolId], queryFn: () => get<Tool>(`/tools/${id(toolId)}`) });

export const assignmentsQuery = queryOptions({
  queryKey: ["assignments"],
  queryFn: () => all<Assignment>("/assignments"),
});

export const mySessionsQuery = queryOptions({
  queryKey: ["sessions", "mine"],
  queryFn: () => list<SessionSummary>("/sessions", { limit: 20 }),
});

export const myRunsQuery = queryOptions({
  queryKey: ["runs", "mine"],
  queryFn: () => list<Run>("/runs", { limit: 20 }),
});

export const sessionQuery = (sessionId: string) =>
  queryOptions({
    queryKey: ["sessions", "one", sessionId],
    queryFn: () => get<SessionDetail>(`/sessions/${id(sessionId)}`),
  });

/** The messages that others have taken the place of; asked anew whenever the conversation has grown. */
export const replacedQuery = ({ id: sessionId, messages }: SessionDetail) =>
  queryOptions({
    queryKey: ["sessions", "replaced", sessionId, messages.at(-1)?.seq ?? 0],
    queryFn: async () => (await get<SessionDetail>(`/sessions/${id(sessionId)}`, { include: "replaced" })).messages.filter((message) => message.replaced_at),
  });

export const sessionExtractionsQuery = (sessionId: string) =>
  queryOptions({
    queryKey: ["sessions", "extractions", sessionId],
    queryFn: () => all<Extraction>(`/sessions/${id(sessionId)}/extractions`),
  });

export interface TeachingFilter {
  class_id?: string;
  tool_id?: string;
  state?: string;
}

export const teachingQuery = (filter: TeachingFilter) =>
  infiniteQueryOptions({
    queryKey: ["sessions", "teaching", filter],
    queryFn: ({ pageParam }) =>
      list<SessionSummary>("/sessions", { scope: "teaching", limit: 50, cursor: pageParam, ...filter }),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page: Page<SessionSummary>) => page.nextCursor ?? undefined,
  });

export const runQuery = (runId: string) =>
  queryOptions({
    queryKey: ["runs", "one", runId],
    queryFn: () => get<Run>(`/runs/${id(runId)}`),
    refetchInterval: (query) => {
      const state = query.state.data?.state;
      return state === "pending" || state === "processing" ? 1000 : false;
    },
  });

export const modulesQuery = queryOptions({
  queryKey: ["admin", "modules"],
  queryFn: () => all<Module>("/admin/modules"),
  refetchInterval: 3000,
});

export const moduleQuery = (name: string) =>
  queryOptions({
    queryKey: ["admin", "modules", name],
    queryFn: () => get<ModuleDetail>(`/admin/modules/${id(name)}`),
    refetchInterval: 5000,
  });

/** The newest lines of a module; asks for those that it does not have yet. */
export const moduleLogQuery = (name: string) =>
  queryOptions({
    queryKey: ["admin", "log", name],
    queryFn: async ({ client, queryKey }) => {
      const known = client.getQueryData<ModuleLine[]>(queryKey) ?? [];
      const page = await list<ModuleLine>(`/admin/modules/${id(name)}/logs`, { after: known.at(-1)?.id ?? 0, limit: 500 });
      return appendLines(known, page.items);
    },
    refetchInterval: 2000,
    staleTime: 0,
  });

export const toolPlanQuery = (toolId: string) =>
  queryOptions({
    queryKey: ["admin", "plan", toolId],
    queryFn: () => get<ToolPlan>(`/admin/tools/${id(toolId)}/plan`),
    refetchInterval: 5000,
  });

/** Reads every page of a list that is short by nature, such as a class's tools. Some have one page and take no limit. */
export async function all<T>(path: string): Promise<T[]> {
  const items: T[] = [];
  let cursor: string | undefined;
  do {
    const page: Page<T> = await list<T>(path, { cursor });
    items.push(...page.items);
    cursor = page.nextCursor ?? undefined;
  } while (cursor !== undefined);
  return items;
}
