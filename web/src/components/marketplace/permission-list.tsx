// SPDX-License-Identifier: AGPL-3.0-or-later
import type { ReactNode } from "react";
import type { AskedPermission } from "@/api/market-types";
import { Badge } from "@/components/ui/badge";
import { permissionTitle } from "@/lib/market";

interface PermissionListProps {
  permissions: (AskedPermission & { new?: boolean })[];
  /** Said when it asks for nothing. */
  none?: ReactNode;
}

/** What a version asks for: what each permission gives in the platform's words, and why in the module's own. */
export function PermissionList({ permissions, none = "Nothing beyond its hooks." }: PermissionListProps) {
  if (permissions.length === 0) return <p className="text-sm">{none}</p>;
  return (
    <ul className="space-y-3 text-sm">
      {permissions.map(({ full_name, name, reason, text, new: isNew = false }) => (
        <li key={name} data-permission={name} data-new={isNew} className="wrap-anywhere">
          <span className="font-semibold">{permissionTitle(name)}</span> <code className="rounded-md bg-muted px-1.5 py-0.5 text-xs">{full_name ?? name}</code>{" "}
          {isNew && <Badge tone="warning">New</Badge>}
          {text && <span className="block">{text}</span>}
          {reason && <span className="block text-muted-foreground">Its own words: “{reason}”</span>}
        </li>
      ))}
    </ul>
  );
}
