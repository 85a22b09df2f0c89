// SPDX-License-Identifier: AGPL-3.0-or-later
// Other people's accounts, as administrators see them, and the import of many.
import { infiniteQueryOptions, queryOptions } from "@tanstack/react-query";
import { type Versioned, change, get, getVersioned, list, post, remove, upload } from "./client";
import type { FieldError } from "./errors";
import type { Page, Role, UserStatus } from "./types";

export interface User {
  id: string;
  email: string;
  name: string;
  given_name: string | null;
  family_name: string | null;
  status: UserStatus;
  email_verified: boolean;
  memberships: { group_id: string; group_name: string; role: Role }[];
  created_at: string;
  updated_at: string;
  last_login_at: string | null;
}

export interface UserFilter {
  q?: string;
  status?: string;
  role?: string;
  group_id?: string;
  sort?: string;
}

export interface NewUser {
  email: string;
  name: string;
  given_name?: string;
  family_name?: string;
  group_id?: string;
  role?: string;
  password?: string;
  send_invitation: boolean;
}

export interface Group {
  id: string;
  parent_id: string | null;
  name: string;
  type: string;
}

export interface Import {
  id: string;
  dry_run: boolean;
  invite: boolean;
  state: "waiting" | "running" | "complete" | "failed";
  total: number;
  done: number;
  created: number;
  updated: number;
  unchanged: number;
  faulty: number;
  error: string | null;
  created_at: string;
  finished_at: string | null;
}

export type Outcome = "created" | "updated" | "unchanged" | "faulty";

export interface ImportLine {
  line: number;
  outcome: Outcome;
  email: string | null;
  user_id: string | null;
  faults: FieldError[];
}

const at = (id: string) => `/admin/users/${encodeURIComponent(id)}`;
const importAt = (id: string) => `/admin/users/imports/${encodeURIComponent(id)}`;

export const usersQuery = (filter: UserFilter) =>
  infiniteQueryOptions({
    queryKey: ["users", "list", filter],
    queryFn: ({ pageParam }) => list<User>("/admin/users", { limit: 50, cursor: pageParam, ...filter }),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page: Page<User>) => page.nextCursor ?? undefined,
    placeholderData: (before) => before,
  });

/** Never read again behind the form's back: the tag must belong to what is shown. */
export const userQuery = (id: string) =>
  queryOptions({
    queryKey: ["users", "one", id],
    queryFn: () => getVersioned<User>(at(id)),
    refetchOnWindowFocus: false,
    refetchOnReconnect: false,
    staleTime: Infinity,
    gcTime: 0,
  });

const mostGroupPages = 10;

export interface GroupChoice {
  groups: Group[];
  /** False when there are more than a list to choose from can show. */
  complete: boolean;
}

export const groupsQuery = queryOptions({
  queryKey: ["groups", "choice"],
  queryFn: async (): Promise<GroupChoice> => {
    const groups: Group[] = [];
    let cursor: string | undefined;
    for (let page = 0; page < mostGroupPages; ++page) {
      const found: Page<Group> = await list<Group>("/groups", { limit: 100, cursor });
      groups.push(...found.items);
      if (found.nextCursor === null) return { groups, complete: true };
      cursor = found.nextCursor;
    }
    return { groups, complete: false };
  },
  staleTime: 60_000,
});

export const importsQuery = queryOptions({
  queryKey: ["imports", "list"],
  queryFn: async () => (await list<Import>("/admin/users/imports", { limit: 10 })).items,
  refetchInterval: (query) => (query.state.data?.every((one) => isFinished(one.state)) === false ? 1000 : false),
});

export const isFinished = (state: Import["state"] | undefined) => state === "complete" || state === "failed";

export const importQuery = (id: string) =>
  queryOptions({
    queryKey: ["imports", "one", id],
    queryFn: () => get<Import>(importAt(id)),
    refetchInterval: (query) => (isFinished(query.state.data?.state) ? false : 1000),
  });

export const importLinesQuery = (id: string, outcome: Outcome | undefined) =>
  infiniteQueryOptions({
    queryKey: ["imports", "lines", id, outcome ?? "all"],
    queryFn: ({ pageParam }) => list<ImportLine>(`${importAt(id)}/lines`, { limit: 50, cursor: pageParam, outcome }),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page: Page<ImportLine>) => page.nextCursor ?? undefined,
  });

export type UserAction = "deactivate" | "reactivate" | "reset-password";

export const users = {
  create: (user: NewUser) => post<User>("/admin/users", user),
  edit: (id: string, changes: Record<string, string>, etag: string | null): Promise<Versioned<User>> => change<User>(at(id), changes, etag),
  act: (id: string, action: UserAction) => post<unknown>(`${at(id)}/${action}`, {}),
  remove: (id: string) => remove(at(id)),
  import: (file: Blob, dryRun: boolean, invite: boolean) =>
    upload<Import>("/admin/users/import", file, "text/csv", { dry_run: String(dryRun), ...(invite ? { invite: "true" } : {}) }),
};
