// SPDX-License-Identifier: AGPL-3.0-or-later
// What AI was used for and what it cost. Money is text, as the API gives it: nothing is ever rounded on the way.
import { infiniteQueryOptions, queryOptions } from "@tanstack/react-query";
import type { Days } from "@/lib/days";
import { apiRoot, get, list } from "./client";
import type { Page } from "./types";

export interface Figures {
  requests: number;
  unanswered: number;
  estimated: number;
  unpriced: number;
  input_tokens: number;
  output_tokens: number;
  total_tokens: number;
  cost: string;
  latency_ms: number;
}

export interface UsageSummary extends Figures {
  before: Figures & Days;
}

export interface Share extends Figures {
  name: string | null;
  group_id?: string | null;
  user_id?: string | null;
  tool_id?: string | null;
  model?: string;
  module?: string | null;
}

export interface DayShare extends Figures {
  day: string;
}

export type ShareOf = "by-model" | "by-tool" | "by-module" | "by-group" | "by-user";

export interface UsageFilter extends Days {
  group_id?: string;
  /** What this module asked for by itself, and nothing else. */
  module?: string;
}

const root = "/admin/ai/usage";
const query = (filter: UsageFilter): Record<string, string | undefined> => ({ from: filter.from, to: filter.to, group_id: filter.group_id, module: filter.module });

export const usageSummaryQuery = (filter: UsageFilter) =>
  queryOptions({ queryKey: ["usage", "summary", filter], queryFn: () => get<UsageSummary>(`${root}/summary`, query(filter)) });

export const usageByDayQuery = (filter: UsageFilter) =>
  queryOptions({ queryKey: ["usage", "by-day", filter], queryFn: async () => (await list<DayShare>(`${root}/by-day`, query(filter))).items });

export const usageSharesQuery = (of: ShareOf, filter: UsageFilter) =>
  infiniteQueryOptions({
    queryKey: ["usage", of, filter],
    queryFn: ({ pageParam }) => list<Share>(`${root}/${of}`, { limit: 20, cursor: pageParam, ...query(filter) }),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page: Page<Share>) => page.nextCursor ?? undefined,
  });

/** Where a browser loads the calls as a CSV file. */
export function usageExportHref(filter: UsageFilter): string {
  const given = Object.entries(query(filter)).filter((each): each is [string, string] => each[1] !== undefined);
  return `${apiRoot}${root}/export?${new URLSearchParams(given).toString()}`;
}
