// SPDX-License-Identifier: AGPL-3.0-or-later
// Releases of the platform as administrators see them: what runs, what there is, what was done.
import { queryOptions } from "@tanstack/react-query";
import { get, post, remove } from "./client";
import type { Channel } from "./market-types";

/** Who looks after a part of this instance: `rapt agent` on one machine, or in one cluster. */
export interface Agent {
  name: string;
  deployment: string;
  version: string;
  /** What a roll-back would go to. */
  previous_version: string | null;
  seen_at: string;
  /** Heard of lately. */
  present: boolean;
}

export interface ReleaseOffer {
  version: string;
  channel: Channel;
  /** Markdown. */
  notes: string;
  released_at: string;
  /** Of the archive. */
  bytes: number;
  /** Why it is not taken by itself; "" where nothing stands in its way. */
  held_because: string;
  /** Nobody can be served while the database changes. */
  needs_pause: boolean;
  /** Whether an administrator may ask for it. */
  can_be_taken: boolean;
}

export type UpdateState = "requested" | "running" | "updated" | "rolled_back" | "failed" | "broken" | "cancelled";

export interface PlatformUpdate {
  id: string;
  agent: string;
  kind: "update" | "rollback";
  from_version: string;
  to_version: string;
  state: UpdateState;
  phase: string;
  detail: string;
  because: string;
  /** "" when nobody was asked. */
  requested_by: string;
  created_at: string;
  started_at: string | null;
  ended_at: string | null;
}

export interface Platform {
  version: string;
  deployment: string;
  auto_update: boolean;
  channel: Channel;
  window: string;
  pin: string;
  agents: Agent[];
  look: { checked_at: string | null; fault: string };
  offer: ReleaseOffer | null;
  update: PlatformUpdate | null;
  history: PlatformUpdate[];
  holds: { version: string; because: string; held_at: string }[];
}

export const platformQuery = queryOptions({
  queryKey: ["admin", "platform"],
  queryFn: () => get<Platform>("/admin/platform"),
  refetchInterval: (query) => (query.state.data?.update ? 1000 : 15_000),
});

export const startUpdate = ({ needs_pause, version }: ReleaseOffer): Promise<PlatformUpdate> =>
  post("/admin/platform/updates", { version, consent: true, ...(needs_pause && { with_downtime: true }) });

export const startRollback = (): Promise<PlatformUpdate> => post("/admin/platform/rollback", { consent: true });

export const lookNow = (): Promise<Platform> => post("/admin/platform/look", {});

export const releaseHold = (version: string): Promise<void> => remove(`/admin/platform/holds/${encodeURIComponent(version)}`);

export const cancelUpdate = (id: string): Promise<void> => remove(`/admin/platform/updates/${encodeURIComponent(id)}`);
