// SPDX-License-Identifier: AGPL-3.0-or-later
// What the state of a module means, in an administrator's words.
import type { LogLevel, Module, ModuleHook, ModuleLine, ModuleRoom } from "@/api/types";
import { formatDateTime } from "./format";

type Tone = "neutral" | "good" | "warning" | "danger" | "info";

/** Something that an administrator should know: what is the matter, why, and what to do. */
export interface Concern {
  tone: "info" | "warning" | "danger";
  title: string;
  reason: string;
  advice: string;
}

const labels: Record<Module["state"], [label: string, tone: Tone]> = {
  running: ["Running", "good"],
  starting: ["Starting", "info"],
  backoff: ["Waiting to restart", "warning"],
  refused: ["Refused", "danger"],
  quarantined: ["In quarantine", "danger"],
  stopped: ["Stopped", "neutral"],
};

export function stateLabel(module: Pick<Module, "state" | "circuit"> & { enabled?: boolean; rooms?: ModuleRoom[] }): [label: string, tone: Tone] {
  if (module.enabled === false) return ["Switched off", "neutral"];
  if (module.state === "running" && module.circuit.state === "open") return ["Not being asked", "warning"];
  if (module.state === "running" && module.circuit.state === "half_open") return ["Being tried again", "warning"];
  if (module.state === "running" && module.rooms?.some((room) => roomLabel(room)[1] === "warning" || roomLabel(room)[1] === "danger")) return ["Running in part", "warning"];
  return labels[module.state] ?? [module.state, "neutral"];
}

/** Of one of its further processes. */
export function roomLabel({ state, circuit }: ModuleRoom): [label: string, tone: Tone] {
  return stateLabel({ state, circuit: circuit ?? { state: "closed", reason: "" } });
}

const roomWords: Record<string, string> = { pages: "pages (addresses, panels, files)", work: "work (jobs, events)", lessons: "lessons (hooks)" };

function roomConcern(room: ModuleRoom): Concern | null {
  const what = roomWords[room.name] ?? room.name;
  const { circuit, quarantine, reason, state } = room;
  if (state === "quarantined") {
    const since = quarantine ? ` since ${formatDateTime(quarantine.since)}` : "";
    return { tone: "danger", title: `The process for its ${what} failed too often and is in quarantine${since}`, reason: quarantine?.reason || reason, advice: "The rest of it runs. Read its log, and let it out once you know why it failed." };
  }
  if (state === "backoff") return { tone: "warning", title: `The process for its ${what} ended`, reason, advice: "It is started again by itself. If it goes on failing, it comes into quarantine." };
  if (state === "refused") return { tone: "danger", title: `The process for its ${what} was not started`, reason, advice: "Go back to the version before, or install a mended one." };
  if (state !== "running" || !circuit || circuit.state === "closed") return null;
  return { tone: "warning", title: `It is not being asked for its ${what} for now`, reason: circuit.reason, advice: "It is tried again by itself, and asked as before once it answers. Jobs wait meanwhile. If this goes on, read its log." };
}

export function concerns(module: Module): Concern[] {
  const found: Concern[] = [];
  const state = stateConcern(module);
  if (state) found.push(state);
  if (module.enabled && module.state === "running") found.push(...module.rooms.flatMap((room) => roomConcern(room) ?? []));
  const { advisories = [], on_probation, upgrade, yanked } = module;
  if (on_probation) found.push({ tone: "info", title: "It was updated by itself and is being watched", reason: "", advice: "If it fails now, it goes back to the version before, and you are told." });
  if (yanked) found.push({ tone: "danger", title: `Its publisher took version ${module.installed_version} back`, reason: yanked, advice: "Upgrade it, go back to the version before, or switch it off." });
  for (const { fixed, id, severity, title } of advisories) {
    found.push({ tone: severity === "low" ? "warning" : "danger", title: `${id}: ${title}`, reason: "", advice: fixed ? `Version ${fixed} mends it.` : "No version mends it yet: switch it off if you cannot bear that." });
  }
  if (upgrade?.failed) {
    found.push({
      tone: "warning",
      title: `Version ${upgrade.version} did not take over`,
      reason: upgrade.reason,
      advice: `Version ${module.version} goes on answering. Install a mended version, or go back to the one before.`,
    });
  } else if (upgrade) {
    found.push({ tone: "info", title: `Version ${upgrade.version} is being tried`, reason: "", advice: `Version ${module.version} answers until it is ready.` });
  }
  return found;
}

function stateConcern(module: Module): Concern | null {
  const reason = module.reason ?? "";
  if (!module.enabled) {
    return { tone: "info", title: "Switched off", reason: "", advice: "It is not asked. Tools that must not run without it answer that a required module is not available." };
  }
  const since = module.quarantine ? ` since ${formatDateTime(module.quarantine.since)}` : "";
  switch (module.state) {
    case "quarantined":
      return { tone: "danger", title: `It failed too often and is in quarantine${since}`, reason: module.quarantine?.reason || reason, advice: "Read its log. Let it out once you know why it failed, or go back to the version before." };
    case "refused":
      return { tone: "danger", title: "It was not started", reason, advice: "Install a bundle that is whole, signed and made for this machine, or go back to the version before." };
    case "backoff":
      return { tone: "warning", title: "Its process ended", reason, advice: "It is started again by itself. If it goes on failing, it comes into quarantine." };
    case "running":
      if (module.circuit.state === "closed") return null;
      return { tone: "warning", title: "It is not being asked for now", reason: module.circuit.reason, advice: "It is tried again every few seconds, and asked as before once it answers. If this goes on, read its log." };
    case "starting":
      return null;
    case "stopped":
      return { tone: "info", title: "It does not run on this host", reason, advice: "It starts by itself within a few seconds." };
    default:
      return null;
  }
}

/** 850 as "850 µs", 12345 as "12.3 ms", 2500000 as "2.50 s". */
export function formatMicros(micros: number | null): string {
  if (micros === null) return "–";
  if (micros < 1000) return `${micros} µs`;
  if (micros < 1_000_000) return `${significant(micros / 1000)} ms`;
  return `${significant(micros / 1_000_000)} s`;
}

function significant(value: number): string {
  return value >= 100 ? value.toFixed(0) : value >= 10 ? value.toFixed(1) : value.toFixed(2);
}

/** Calls by how long they took, from the first step to the last one that any fell into. */
export function durationSteps(histogram: ModuleHook["histogram"], calls: number): { name: string; calls: number }[] {
  const steps = histogram.map(({ within_us, calls: upTo }, index) => ({ name: `to ${formatMicros(within_us)}`, calls: upTo - (histogram[index - 1]?.calls ?? 0) }));
  steps.push({ name: "longer, or no answer", calls: Math.max(0, calls - (histogram.at(-1)?.calls ?? 0)) });
  const first = steps.findIndex((step) => step.calls > 0);
  const last = steps.findLastIndex((step) => step.calls > 0);
  return first < 0 ? [] : steps.slice(first, last + 1);
}

/** The milliseconds that somebody has written, or what is wrong with them. */
export function parseLimit(text: string, most: number): number | string {
  const number = Number(text);
  if (/^\d{1,6}$/.test(text.trim()) && number >= 1 && number <= most) return number;
  return `Enter a whole number from 1 to ${most}: a limit may only narrow what the module declares.`;
}

const points: Record<string, string> = {
  "session:start": "When a conversation starts",
  "chat:on_message": "When a message arrives",
  "chat:before_ai": "Before the AI is asked",
  "chat:on_delta": "While the answer is being written",
  "chat:after_ai": "When the answer is complete",
  "session:end": "When a conversation ends",
  "product:before_ai": "Before the AI is asked",
  "product:after_ai": "When the result is there",
  "run:complete": "After the result is stored",
  route: "When one of its addresses is asked",
  job: "When there is work in the background",
  event: "When something has happened",
  panel: "When a page shows its panel",
  export: "When somebody downloads a file",
};

/** Every hook point with its words, and its name where another has the same. */
export const hookChoices: [string, string][] = Object.entries(points)
  .filter(([point]) => point.includes(":"))
  .map(([point, words]) => [point, `${words} (${point})`]);

export function pointInWords(point: string): string {
  return points[point] ?? point;
}

/** What a hook is given of a conversation; null where there is none. */
export function historyInWords({ point, history }: Pick<ModuleHook, "point" | "history">): string | null {
  if (!point.startsWith("chat:") && !point.startsWith("session:")) return null;
  if (history === null) return "It is given the whole conversation.";
  if (history === 0) return "It is given nothing that was said before.";
  return history === 1 ? "It is given the message before." : `It is given the last ${history} messages before.`;
}

const maxLines = 500;

/** Known lines and newer ones, by id; the same array when nothing is new. */
export function appendLines(known: ModuleLine[], more: ModuleLine[]): ModuleLine[] {
  const last = known.at(-1)?.id ?? 0;
  const newer = more.filter((line) => line.id > last);
  return newer.length === 0 ? known : [...known, ...newer].slice(-maxLines);
}

export const logLevels: LogLevel[] = ["debug", "info", "warn", "error"];

/** Those that are loud enough and hold the text, in any case of letters. */
export function linesFrom(lines: ModuleLine[], least: LogLevel, text = ""): ModuleLine[] {
  const rank = logLevels.indexOf(least);
  const wanted = text.trim().toLowerCase();
  return lines.filter((line) => logLevels.indexOf(line.level) >= rank && line.text.toLowerCase().includes(wanted));
}
