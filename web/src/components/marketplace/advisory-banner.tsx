// SPDX-License-Identifier: AGPL-3.0-or-later
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { ShieldAlert } from "lucide-react";
import { advisoriesQuery } from "@/api/marketplace";
import { plural } from "@/lib/format";
import { severities } from "@/lib/market";

/** Says on administrators' pages that something installed has a known fault. */
export function AdvisoryBanner() {
  const found = useQuery(advisoriesQuery).data ?? [];
  if (found.length === 0) return null;
  const ranks = Object.keys(severities);
  const worst = [...found].sort((one, other) => ranks.indexOf(other.severity) - ranks.indexOf(one.severity))[0]!;
  return (
    <p role="note" data-banner="advisories" className="flex items-center justify-center gap-2 border-b border-danger/40 bg-danger-soft px-4 py-1.5 text-center text-xs leading-snug font-medium text-danger-foreground print:hidden">
      <ShieldAlert aria-hidden className="size-4 shrink-0" />
      <span className="wrap-anywhere">
        {plural(found.length, "security advisory", "security advisories")} for what is installed here. {severities[worst.severity]?.[0] ?? worst.severity}: {worst.title}.{" "}
        <Link to="/admin/modules/advisories" className="font-semibold underline underline-offset-2">
          What to do
        </Link>
      </span>
    </p>
  );
}
