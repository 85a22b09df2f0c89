// SPDX-License-Identifier: AGPL-3.0-or-later
import type { UserStatus } from "@/api/types";
import { Badge, type Tone } from "@/components/ui/badge";

const looks: Record<UserStatus, [label: string, tone: Tone]> = {
  active: ["Active", "good"],
  pending_verification: ["Not confirmed yet", "info"],
  suspended: ["Suspended", "warning"],
  inactive: ["Deactivated", "neutral"],
};

export const statuses = Object.entries(looks).map(([status, [label]]): [string, string] => [status, label]);

export const roles: [string, string][] = [
  ["student", "Student"],
  ["teacher", "Teacher"],
  ["group_admin", "Group admin"],
  ["system_admin", "System admin"],
];

export function roleName(role: string): string {
  return roles.find(([each]) => each === role)?.[1] ?? role;
}

export function UserStatusBadge({ status }: { status: UserStatus }) {
  const [label, tone] = looks[status] ?? [status, "neutral"];
  return <Badge tone={tone}>{label}</Badge>;
}
