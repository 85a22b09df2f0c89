// SPDX-License-Identifier: AGPL-3.0-or-later
import type { Platform, PlatformUpdate, UpdateState } from "@/api/platform";
import type { Tone } from "@/components/ui/badge";

/** What an update is doing, by the phase that its agent names. */
export const phases: Record<string, string> = {
  downloading: "The release is being downloaded and checked.",
  unpacking: "The release is being unpacked.",
  backing_up: "A copy of the database is being made.",
  migrating: "The database is being changed for the new version.",
  starting: "The new version starts beside the old one.",
  switching: "Requests go over to the new version.",
  watching: "The new version serves, and is watched.",
  rolling_back: "The version before takes over again.",
};

export const states: Record<UpdateState, [label: string, tone: Tone]> = {
  requested: ["Waits for its agent", "info"],
  running: ["Under way", "info"],
  updated: ["Done", "good"],
  rolled_back: ["Taken back", "warning"],
  failed: ["Failed", "danger"],
  broken: ["Needs a person", "danger"],
  cancelled: ["Cancelled", "neutral"],
};

/** The update to show above all others: the one under way, or the newest where it ended badly. */
export function updateToTell({ history, update }: Platform): PlatformUpdate | null {
  if (update) return update;
  const newest = history[0];
  return newest && ["rolled_back", "failed", "broken"].includes(newest.state) ? newest : null;
}
