// SPDX-License-Identifier: AGPL-3.0-or-later
import { CircleAlert, CircleCheck, Info, TriangleAlert } from "lucide-react";
import type { CheckFinding } from "@/api/market-types";
import { humanize } from "@/lib/format";

const looks = {
  ok: [CircleCheck, "text-primary", "Passed"],
  note: [Info, "text-info-foreground", "Note"],
  warning: [TriangleAlert, "text-warning-foreground", "Warning"],
  error: [CircleAlert, "text-danger", "Failed"],
} as const;

/** What the registry's checks found in a version. */
export function FindingList({ findings }: { findings: CheckFinding[] }) {
  if (findings.length === 0) return <p className="text-sm text-muted-foreground">No findings are kept of this version.</p>;
  return (
    <ul className="space-y-2 text-sm">
      {findings.map(({ check, level, text }, index) => {
        const [Icon, color, label] = looks[level] ?? looks.note;
        return (
          <li key={index} className="flex items-start gap-2" data-level={level}>
            <Icon aria-hidden className={`mt-0.5 size-4 shrink-0 ${color}`} />
            <span className="min-w-0 wrap-anywhere">
              <span className="sr-only">{label}: </span>
              <span className="font-semibold">{humanize(check)}</span>
              {text && <span className="block text-muted-foreground">{text}</span>}
            </span>
          </li>
        );
      })}
    </ul>
  );
}
