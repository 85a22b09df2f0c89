// SPDX-License-Identifier: AGPL-3.0-or-later
// The shapes of docs/api.md. Times are RFC 3339 in UTC, ids are UUIDs.
import type { Advisory } from "./market-types";
import type { Policy } from "./marketplace";

export type Role = "system_admin" | "group_admin" | "teacher" | "student";
export type ToolType = "chat" | "product";
export type SessionState = "active" | "paused" | "completed";
export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };
export type JsonObject = { [key: string]: Json };

export interface Named {
  id: string;
  name: string;
}

export interface ToolRef extends Named {
  type: ToolType;
}

export interface Instance {
  name: string;
  version: string;
  demo_model: boolean;
  development_mode: boolean;
  /** Whether anybody may make an account. */
  registration?: "open" | "closed";
}

export interface Me {
  user: { id: string; email: string; name: string; given_name?: string | null; family_name?: string | null };
  roles: Role[];
  memberships: { group_id: string; group_name: string; group_type: string; role: Role }[];
  classes: { id: string; name: string; role: "teacher" | "student" }[];
  email_verified: boolean;
  totp_enabled: boolean;
  status: UserStatus;
}

export type UserStatus = "pending_verification" | "active" | "suspended" | "inactive";

export interface Tool extends ToolRef {
  version: string | number;
  description: string | null;
  subject: string | null;
  grades: (string | number)[];
  modules: string[];
  created_at: string;
  input_schema?: JsonObject | null;
  output_schema?: JsonObject | null;
  definition?: string;
}

export interface Assignment {
  id: string;
  name: string;
  instructions: string | null;
  class: Named;
  tool: ToolRef;
  available_at: string | null;
  due_at: string | null;
  closes_at: string | null;
  state: "upcoming" | "open" | "closed";
}

export interface Usage {
  input_tokens: number;
  output_tokens: number;
  total_tokens: number;
  model: string;
}

/** A module ended an answer while it was being written. */
export interface CutOff {
  module: string;
  reason: string;
}

export interface Message {
  id: string;
  role: "user" | "assistant" | "system";
  content: string;
  seq: number;
  created_at: string;
  meta: MessageMeta | null;
  /** When it was edited or generated anew; such messages are kept, and told to nobody but readers. */
  replaced_at?: string | null;
  /** Of a user's message: what the page that sent it calls it. */
  request_id?: string | null;
}

export interface MessageMeta {
  modified_by?: string[];
  cut_off?: CutOff;
  /** The reader stopped the answer: what was shown is all of it. */
  stopped?: boolean;
  /** The answer ended with the server that made it. */
  interrupted?: boolean;
  /** Of limits that were nearly reached. */
  notices?: string[];
  model?: string;
  usage?: Usage;
  latency_ms?: number;
}

/** The answer that is being made right now. */
export interface Turn {
  id: string;
  request_id: string | null;
  started_at: string;
}

export interface Session {
  id: string;
  tool: ToolRef;
  tool_version: string | number;
  assignment_id: string | null;
  state: SessionState;
  started_at: string;
  ended_at: string | null;
}

export interface SessionSummary extends Session {
  user: Named;
  message_count: number;
  extraction_count: number;
  last_message_at: string | null;
}

/** One session with its conversation; `user` is given where the reader is not the owner. */
export interface SessionDetail extends Session {
  messages: Message[];
  user?: Named;
  turn?: Turn | null;
  /** When nothing more can be written, because of a time limit or an assignment that closes. */
  ends_at?: string | null;
}

export interface Extraction {
  id: string;
  session_id: string | null;
  run_id: string | null;
  module: string;
  type: string;
  data: Json;
  created_at: string;
  message_seq: number | null;
}

export interface FailureBody {
  error: string;
  code: string;
  details?: JsonObject;
}

export interface Run {
  id: string;
  tool: ToolRef;
  tool_version: string | number;
  state: "pending" | "processing" | "complete" | "failed";
  input: Json;
  output: Json;
  error: FailureBody | null;
  usage: Usage | null;
  created_at: string;
  completed_at: string | null;
}

export type ModuleState = "running" | "starting" | "backoff" | "refused" | "quarantined" | "stopped";
export type Circuit = "closed" | "open" | "half_open";

export interface ModuleHook {
  point: string;
  priority: number;
  /** In force: the manifest's, narrowed by an administrator. */
  timeout_ms: number;
  manifest_timeout_ms: number;
  on_failure: "open" | "closed";
  async: boolean;
  /** How many of the messages before the current one it is given; null: all. */
  history: number | null;
  calls: number;
  failures: number;
  /** Findings that its manifest does not declare, or declares otherwise. */
  findings_refused: number;
  p50_us: number | null;
  p99_us: number | null;
  max_us: number | null;
  /** Of all answered calls together. */
  total_us: number;
  /** How many of the answered calls took at most so long, each with those before it. */
  histogram: { within_us: number; calls: number }[];
}

/** What a module may ask of its host, and how that fares. */
export interface ModuleService {
  name: string;
  offered: boolean;
  calls: number;
  refused: number;
  failures: number;
  p50_us: number | null;
  p99_us: number | null;
  max_us: number | null;
}

/** A figure that a module counts itself; of a counter there is the count alone. */
export interface ModuleMetric {
  name: string;
  kind: "counter" | "histogram";
  count: number;
  sum?: number;
  min?: number;
  max?: number;
  p50?: number;
  p99?: number;
}

/** A further process of a module. */
export interface ModuleRoom {
  name: string;
  state: ModuleState;
  reason: string;
  last_failure: string | null;
  restarts: number;
  pid: number;
  /** This and the next one: not told by hosts of an earlier version. */
  circuit?: { state: Circuit; reason: string };
  quarantine?: { since: string; reason: string } | null;
}

/** What a permission gives, in words. */
export interface Consent {
  permission: string;
  gives: string;
  /** false: this host does not serve it yet. */
  offered: boolean;
}

/** How a module fares on one host. */
export interface ModuleStatus {
  name: string;
  version: string;
  publisher: string;
  /** null when the host that answers has not looked at it, as when it is switched off. */
  signed: boolean | null;
  state: ModuleState;
  reason: string | null;
  restarts: number;
  last_failure: { at: string; reason: string } | null;
  circuit: { state: Circuit; reason: string };
  upgrade: { version: string; failed: boolean; reason: string } | null;
  quarantine: { since: string; reason: string } | null;
  hooks: ModuleHook[];
  services: ModuleService[];
  metrics: ModuleMetric[];
  rooms: ModuleRoom[];
  permissions: string[];
  consents: Consent[];
  findings: { type: string; title: string; description: string }[];
  sandbox: { layers: { name: string; on: boolean; detail: string | null }[] } | null;
}

/** An installed module as the host that answers sees it. */
export interface Module extends ModuleStatus {
  enabled: boolean;
  installed_version: string;
  previous_version: string | null;
  /** An administrator's, in milliseconds by hook point. */
  time_limits: Record<string, number>;
  policy?: Policy;
  /** It was updated by itself, and goes back if it fails. */
  on_probation?: boolean;
  /** A version that the policy leads to, and why it waits for somebody. */
  update?: { version: string; needs_consent: boolean; held_because: string | null } | null;
  /** Why its publisher took the installed version back. */
  yanked?: string | null;
  /** Those that hold for the installed version. */
  advisories?: Advisory[];
  /** Installed modules that need it. */
  dependents?: string[];
}

export interface ModuleDetail extends Module {
  host: string;
  hosts: { host: string; at: string; status: ModuleStatus }[];
  manifest: {
    title: string;
    description: string;
    license: string;
    abi: string;
    permissions: { permission: string; full_name: string; reason: string }[];
    panels: { id: string; title: string; place: string; access: string }[];
  } | null;
}

export type LogLevel = "debug" | "info" | "warn" | "error";

export interface ModuleLine {
  id: number;
  module: string;
  host: string;
  level: LogLevel;
  text: string;
  at: string;
}

export interface PlannedStep {
  module: string;
  installed: boolean;
  /** Whether its manifest can be read; without it neither order nor limit are known. */
  known: boolean;
  priority: number | null;
  timeout_ms: number | null;
  on_failure: "open" | "closed";
  async: boolean;
  window: { unit: "token" | "sentence" | "size"; bytes: number } | null;
  state: ModuleState | null;
  circuit: Circuit | null;
}

export interface ToolPlan {
  tool: Tool;
  hooks: { point: string; steps: PlannedStep[] }[];
}

/** A page of a list; `nextCursor` is null on the last one. */
export interface Page<T> {
  items: T[];
  nextCursor: string | null;
}
