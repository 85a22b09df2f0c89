// SPDX-License-Identifier: AGPL-3.0-or-later
import type { Group } from "@/api/users";

/** Each group with the names of those above it, as "District / School"; those above that cannot be seen are left out. */
export function groupPaths(groups: Group[]): [id: string, path: string][] {
  const byId = new Map(groups.map((group) => [group.id, group]));
  return groups.map((group) => {
    const names: string[] = [];
    const seen = new Set<string>();
    for (let each: Group | undefined = group; each && !seen.has(each.id); each = each.parent_id ? byId.get(each.parent_id) : undefined) {
      seen.add(each.id);
      names.unshift(each.name);
    }
    return [group.id, names.join(" / ")];
  });
}
