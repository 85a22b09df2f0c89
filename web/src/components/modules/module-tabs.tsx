// SPDX-License-Identifier: AGPL-3.0-or-later
import { Link } from "@tanstack/react-router";

const places = [
  ["/admin/modules", "Installed"],
  ["/admin/modules/find", "Find modules"],
  ["/admin/modules/advisories", "Advisories"],
] as const;

/** The pages about modules, side by side. */
export function ModuleTabs() {
  return (
    <nav aria-label="Modules" className="mb-6 flex flex-wrap gap-1 border-b pb-3">
      {places.map(([to, label]) => (
        <Link
          key={to}
          to={to}
          activeOptions={{ exact: to === "/admin/modules", includeSearch: false }}
          className="rounded-lg px-3 py-2 text-sm font-semibold text-muted-foreground hover:bg-accent hover:text-foreground"
          activeProps={{ className: "!text-primary-soft-foreground bg-primary-soft" }}
        >
          {label}
        </Link>
      ))}
    </nav>
  );
}
