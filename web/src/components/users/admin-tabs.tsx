// SPDX-License-Identifier: AGPL-3.0-or-later
import { Link } from "@tanstack/react-router";
import type { Me } from "@/api/types";
import { isAdmin } from "@/lib/roles";

const look = "rounded-lg px-3 py-2 text-sm font-semibold text-muted-foreground hover:bg-accent hover:text-foreground";
const chosen = { className: "!text-primary-soft-foreground bg-primary-soft" };

/** The pages about accounts, side by side. */
export function AdminTabs({ me }: { me: Me }) {
  return (
    <nav aria-label="Accounts" className="mb-6 flex flex-wrap gap-1 border-b pb-3">
      <Link to="/admin/users" activeOptions={{ exact: true, includeSearch: false }} className={look} activeProps={chosen}>
        People
      </Link>
      <Link to="/admin/users/import" activeOptions={{ includeSearch: false }} className={look} activeProps={chosen}>
        Import
      </Link>
      {isAdmin(me) && (
        <Link to="/admin/auth-providers" activeOptions={{ includeSearch: false }} className={look} activeProps={chosen}>
          Login providers
        </Link>
      )}
    </nav>
  );
}
