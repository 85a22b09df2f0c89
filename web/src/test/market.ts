// SPDX-License-Identifier: AGPL-3.0-or-later
// What a registry and a host with it would answer, for tests.
import type { ModuleSummary, VersionSummary } from "@/api/market-types";
import type { OfferedModuleDetail, OfferedVersion, Operation, Plan, PlanStep } from "@/api/marketplace";
import type { Module } from "@/api/types";

export const summary: ModuleSummary = {
  name: "reading-log",
  title: "Reading log",
  description: "Keeps what a class has read.",
  publisher: "library",
  publisher_title: "The Library",
  category: "analytics",
  license: "MIT",
  latest: { stable: "1.2.0", beta: "2.0.0-beta.1" },
  hooks: ["chat:after_ai"],
  permissions: ["kv", "http"],
  downloads: 1234,
  rating: { average: 4.25, count: 8 },
  updated_at: "2026-03-02T08:00:00Z",
  advisories: 0,
};

export const version = (number: string, more: Partial<VersionSummary> = {}): VersionSummary => ({
  version: number,
  channel: "stable",
  sha256: "a".repeat(64),
  bytes: 1536,
  key_id: "0123456789abcdef",
  abi: { major: 1, minor: 2 },
  architectures: ["x86_64-linux-gnu"],
  hooks: ["chat:after_ai"],
  permissions: [{ name: "http", reason: "It looks up books.", grants: ["http:books.example"], text: "It has this host fetch from the internet. It reaches books.example." }],
  dependencies: { "safety-filter": "^1.4" },
  published_at: "2026-03-01T08:00:00Z",
  yanked: null,
  downloads: 7,
  advisories: [],
  ...more,
});

export const offered = (number: string, more: Partial<OfferedVersion> = {}): OfferedVersion => ({ ...version(number), compatible: true, why_not: null, vouched: true, ...more });

export const offeredDetail: OfferedModuleDetail = {
  ...summary,
  installed: null,
  screenshots: [{ url: "https://registry.example/api/modules/reading-log/screenshots/1", caption: "A class" }],
  change_log: "- Faster",
  created_at: "2026-01-01T08:00:00Z",
  versions: [offered("2.0.0-beta.1", { channel: "beta" }), offered("1.2.0"), offered("1.1.0", { compatible: false, why_not: "It needs ABI 2.0; this host offers 1.2." })],
  more_versions: false,
};

export const step: PlanStep = {
  name: "reading-log",
  title: "Reading log",
  from: null,
  to: "1.2.0",
  kind: "install",
  publisher: "library",
  key_id: "0123456789abcdef",
  known_publisher: false,
  signed: true,
  vouched: true,
  bytes: 1536,
  because: "asked for",
  change_log: "",
  permissions: [{ name: "http", reason: "It looks up books.", grants: ["http:books.example"], text: "It reaches books.example.", new: true }],
  removed_permissions: [],
  hooks: [{ point: "session:end", text: "It is told when a conversation ends. It is given the whole conversation.", change: "", new: true }],
  removed_hooks: [],
  migrations: 0,
  config_required: true,
};

export const plan: Plan = { id: "plan-1", steps: [step], warnings: [], total_bytes: 1536 };

export const operation = (more: Partial<Operation> = {}): Operation => ({
  id: "o1",
  kind: "install",
  state: "running",
  steps: [{ name: "reading-log", to: "1.2.0", state: "running", phase: "downloading", bytes_done: 512, bytes: 1536 }],
  error: null,
  started_by: "Ada Lovelace",
  started_at: "2026-03-02T08:00:00Z",
  ended_at: null,
  ...more,
});

export const installed: Module = {
  name: "reading-log",
  version: "1.1.0",
  publisher: "library",
  signed: true,
  state: "running",
  reason: "",
  restarts: 0,
  last_failure: null,
  circuit: { state: "closed", reason: "" },
  upgrade: null,
  quarantine: null,
  hooks: [],
  services: [],
  metrics: [],
  rooms: [],
  permissions: ["kv", "jobs", "routes", "panels"],
  consents: [],
  findings: [],
  sandbox: null,
  enabled: true,
  installed_version: "1.1.0",
  previous_version: null,
  time_limits: {},
  policy: { auto_update: "manual", channel: "stable", pin: null },
  update: null,
  yanked: null,
  advisories: [],
  dependents: [],
};
