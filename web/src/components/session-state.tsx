// SPDX-License-Identifier: AGPL-3.0-or-later
import type { SessionState } from "@/api/types";
import { Badge, type Tone } from "./ui/badge";

const looks: Record<SessionState, [label: string, tone: Tone]> = {
  active: ["Active", "good"],
  paused: ["Paused", "warning"],
  completed: ["Finished", "neutral"],
};

export function SessionStateBadge({ state }: { state: SessionState }) {
  const [label, tone] = looks[state] ?? [state, "neutral"];
  return <Badge tone={tone}>{label}</Badge>;
}
