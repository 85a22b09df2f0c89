// SPDX-License-Identifier: AGPL-3.0-or-later
import type { Me } from "@/api/types";

export function isTeaching(me: Me): boolean {
  return me.roles.some((role) => role === "teacher" || role === "group_admin" || role === "system_admin");
}

export function isAdmin(me: Me): boolean {
  return me.roles.includes("system_admin");
}

/** Whoever looks after the accounts of at least one group. */
export function isUserAdmin(me: Me): boolean {
  return me.roles.some((role) => role === "group_admin" || role === "system_admin");
}

export function isStudent(me: Me): boolean {
  return me.roles.includes("student");
}
