// SPDX-License-Identifier: AGPL-3.0-or-later
// What the registry tells of modules; the host passes it on to administrators with what it knows itself.
import type { JsonObject } from "./types";

export type Channel = "stable" | "beta";

/** In order of what is worse. */
export type Severity = "low" | "medium" | "high" | "critical";

export interface ModuleSummary {
  name: string;
  title: string;
  description: string;
  publisher: string;
  publisher_title: string;
  category: string;
  license: string;
  latest: Record<Channel, string | null>;
  hooks: string[];
  permissions: string[];
  downloads: number;
  rating: { average: number | null; count: number };
  /** null where a registry does not tell. */
  updated_at: string | null;
  /** How many hold for one of its versions. */
  advisories: number;
}

export interface AskedPermission {
  name: string;
  /** With its hosts and paths. */
  full_name?: string;
  /** The module's own words. */
  reason: string;
  grants: string[];
  /** What it gives, in words of the platform. */
  text?: string;
}

export interface VersionSummary {
  version: string;
  channel: Channel;
  sha256: string;
  bytes: number;
  key_id: string;
  abi: { major: number; minor: number };
  architectures: string[];
  hooks: string[];
  permissions: AskedPermission[];
  /** Ranges by module. */
  dependencies: Record<string, string>;
  published_at: string | null;
  yanked: { because: string; at?: string } | null;
  downloads: number;
  /** Ids of those that hold for it. */
  advisories: string[];
}

export interface CheckFinding {
  check: string;
  level: "ok" | "note" | "warning" | "error";
  text: string;
}

export interface VersionDetail extends VersionSummary {
  manifest: JsonObject;
  change_log: string;
  findings: CheckFinding[];
}

export interface ListedModule extends ModuleSummary {
  screenshots: { url: string; caption: string }[];
  change_log: string;
  created_at: string | null;
  /** Newest first; of many the newest alone. */
  versions: VersionSummary[];
  more_versions: boolean;
}

export interface Advisory {
  id: string;
  /** null: the platform itself. */
  module: string | null;
  affected: string;
  /** The first good version; none while there is none. */
  fixed: string | null;
  severity: Severity;
  title: string;
  text: string;
  url: string | null;
  published_at: string;
}

export interface Category {
  name: string;
  title: string;
  modules: number;
}

export interface ModuleFilter {
  q?: string;
  category?: string;
  hook?: string;
  permission?: string;
  abi?: string;
  sort?: string;
}
