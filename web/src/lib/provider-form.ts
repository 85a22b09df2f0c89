// SPDX-License-Identifier: AGPL-3.0-or-later
// What an administrator writes about a login provider, as text, and as the API takes it.
import type { ProviderDomain, Secrets } from "@/api/providers";
import type { Json, JsonObject } from "@/api/types";

/** Either the value or a sentence about what is wrong with the text. */
export type Read<T> = { value: T } | { fault: string };

export function readSettings(text: string): Read<JsonObject> {
  if (text.trim() === "") return { value: {} };
  let value: Json;
  try {
    value = JSON.parse(text) as Json;
  } catch (error) {
    return { fault: `That is not JSON: ${error instanceof Error ? error.message : "it cannot be read"}.` };
  }
  if (value === null || typeof value !== "object" || Array.isArray(value)) return { fault: 'The settings must be an object: {"name": "value"}.' };
  return { value };
}

/** One "name=value" a line; without a value it is to be forgotten. */
export function readSecrets(text: string): Read<Secrets> {
  const secrets: Secrets = {};
  for (const [index, line] of text.split(/\r?\n/).entries()) {
    if (line.trim() === "") continue;
    const cut = line.indexOf("=");
    const name = line.slice(0, cut).trim();
    // The line itself is not repeated: it may be a secret.
    if (cut < 1 || name === "") return { fault: `Line ${index + 1}: write name=value.` };
    secrets[name] = line.slice(cut + 1).trim() || null;
  }
  return { value: secrets };
}

/** Domains apart by spaces, commas or lines; those of `forced` do not log in by password. */
export function readDomains(text: string, forced: boolean): Read<ProviderDomain[]> {
  const names = [...new Set(text.toLowerCase().split(/[\s,;]+/).filter(Boolean))];
  const wrong = names.find((name) => !/^([a-z0-9]([a-z0-9-]*[a-z0-9])?\.)+[a-z0-9-]{2,}$/.test(name));
  if (wrong) return { fault: `“${wrong}” is not a domain such as school.example.` };
  return { value: names.map((domain) => ({ domain, forced })) };
}

/** The domains of both fields; one that stands in both is a mistake. */
export function joinDomains(free: ProviderDomain[], forced: ProviderDomain[]): Read<ProviderDomain[]> {
  const both = free.find((each) => forced.some((other) => other.domain === each.domain));
  return both ? { fault: `“${both.domain}” stands in both lists.` } : { value: [...free, ...forced] };
}

export function writeDomains(domains: ProviderDomain[], forced: boolean): string {
  return domains
    .filter((each) => each.forced === forced)
    .map((each) => each.domain)
    .join("\n");
}
