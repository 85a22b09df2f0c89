// SPDX-License-Identifier: AGPL-3.0-or-later
// What a module does outside of conversations: work in the background, and routes of its own.
import { queryOptions } from "@tanstack/react-query";
import { get, list } from "./client";

/** What a module has to do: a job that it or the clock ordered, or an event that it is told of. */
export interface ModuleJob {
  id: string;
  kind: "job" | "event";
  name: string;
  key: string;
  state: "waiting" | "running" | "failed" | "done";
  attempts: number;
  max_attempts: number;
  by_clock: boolean;
  error: string | null;
  created_at: string;
  run_at: string;
  ended_at: string | null;
}

export interface ModuleWork {
  counts: { waiting: number; running: number; failed: number; done: number };
  schedules: { job: string; cron: string; next_at: string }[];
  jobs: ModuleJob[];
}

export const moduleJobsPath = (name: string) => `/admin/modules/${encodeURIComponent(name)}/jobs`;

export const moduleWorkQuery = (name: string) =>
  queryOptions({
    queryKey: ["admin", "work", name],
    queryFn: () => get<ModuleWork>(moduleJobsPath(name)),
    refetchInterval: 5000,
  });

/** A route that a module declares. */
export interface ModuleRoute {
  method: string;
  path: string;
  access: "public" | "user" | "teacher" | "group_admin" | "system_admin";
  body_bytes: number;
  rate_per_minute: number;
  timeout_ms: number;
  /** Why it is not offered. */
  problem: string | null;
}

export const moduleRoutesQuery = (name: string) =>
  queryOptions({ queryKey: ["admin", "routes", name], queryFn: async () => (await list<ModuleRoute>(`/admin/modules/${encodeURIComponent(name)}/routes`)).items });
