// SPDX-License-Identifier: AGPL-3.0-or-later
import { queryOptions } from "@tanstack/react-query";
import { get } from "./client";

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
