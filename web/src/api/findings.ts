// SPDX-License-Identifier: AGPL-3.0-or-later
// What modules found in the work of a class or of an assignment.
import { infiniteQueryOptions, queryOptions } from "@tanstack/react-query";
import { apiRoot, list } from "./client";
import { all } from "./queries";
import type { Extraction, Named, Page } from "./types";

export interface Finding extends Extraction {
  user: Named;
  tool: Named;
  assignment: Named | null;
}

export interface FindingSum {
  module: string;
  type: string;
  count: number;
  people: number;
  last_at: string;
}

export interface FindingType {
  /** Null: found by any module. */
  module: string | null;
  type: string;
  title: string;
  description: string;
}

export interface FindingFilter {
  module?: string;
  type?: string;
  user_id?: string;
}

export interface FindingPlace {
  kind: "classes" | "assignments";
  id: string;
}

const pathOf = ({ kind, id }: FindingPlace) => `/${kind}/${encodeURIComponent(id)}/extractions`;

export const findingsQuery = (place: FindingPlace, filter: FindingFilter) =>
  infiniteQueryOptions({
    queryKey: ["findings", place, filter],
    queryFn: ({ pageParam }) => list<Finding>(pathOf(place), { limit: 50, cursor: pageParam, ...filter }),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page: Page<Finding>) => page.nextCursor ?? undefined,
  });

export const findingSumsQuery = (place: FindingPlace) =>
  queryOptions({ queryKey: ["findings", "sums", place], queryFn: async () => (await list<FindingSum>(`${pathOf(place)}/summary`)).items });

export const findingTypesQuery = queryOptions({
  queryKey: ["findings", "types"],
  queryFn: async () => (await list<FindingType>("/extractions/types")).items,
  staleTime: 60_000,
});

export const studentsQuery = (classId: string) =>
  queryOptions({
    queryKey: ["classes", classId, "students"],
    queryFn: async () => (await all<{ user: Named; role: string }>(`/classes/${encodeURIComponent(classId)}/members`)).filter(({ role }) => role === "student").map(({ user }) => user),
  });

/** Where a browser fetches the same as a file. */
export function findingsFile(place: FindingPlace, filter: FindingFilter): string {
  const query = new URLSearchParams(Object.entries(filter).filter(([, value]) => value !== undefined) as [string, string][]).toString();
  return `${apiRoot}${pathOf(place)}/export${query ? `?${query}` : ""}`;
}
