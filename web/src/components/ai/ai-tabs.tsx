// SPDX-License-Identifier: AGPL-3.0-or-later
import { Link } from "@tanstack/react-router";
import type { Me } from "@/api/types";
import { isAdmin } from "@/lib/roles";

const look = "rounded-lg px-3 py-2 text-sm font-semibold text-muted-foreground hover:bg-accent hover:text-foreground";
const chosen = { className: "!text-primary-soft-foreground bg-primary-soft" };

/** The pages about AI, side by side. */
export function AiTabs({ me }: { me: Me }) {
  return (
    <nav aria-label="AI" className="mb-6 flex flex-wrap gap-1 border-b pb-3">
      <Link to="/admin/ai/settings" activeOptions={{ includeSearch: false }} className={look} activeProps={chosen}>
        Limits and budgets
      </Link>
      <Link to="/admin/ai/usage" activeOptions={{ includeSearch: false }} className={look} activeProps={chosen}>
        Usage
      </Link>
      {isAdmin(me) && (
        <Link to="/admin/ai/models" activeOptions={{ includeSearch: false }} className={look} activeProps={chosen}>
          Models
        </Link>
      )}
    </nav>
  );
}
