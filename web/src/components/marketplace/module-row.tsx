// SPDX-License-Identifier: AGPL-3.0-or-later
import { Download, ShieldAlert } from "lucide-react";
import type { ReactNode } from "react";
import type { ModuleSummary } from "@/api/market-types";
import { Badge } from "@/components/ui/badge";
import { Card } from "@/components/ui/card";
import { formatRelative, plural } from "@/lib/format";
import { categoryTitle, permissionTitle } from "@/lib/market";
import { Rating } from "./rating";

interface ModuleRowProps {
  module: ModuleSummary;
  /** The title as a link to the module's page. */
  link: ReactNode;
  /** What the host knows: installed, or that it cannot run it. */
  marks?: ReactNode;
}

/** A module in a list. */
export function ModuleRow({ module, link, marks }: ModuleRowProps) {
  const { advisories, category, description, downloads, latest, name, permissions, publisher, publisher_title, rating, updated_at } = module;
  const version = latest.stable ?? latest.beta;
  return (
    <Card className="flex h-full flex-col gap-2 p-4" data-listed={name}>
      <div className="flex flex-wrap items-center gap-x-2 gap-y-1">
        <h2 className="text-base font-bold wrap-anywhere">{link}</h2>
        {marks}
        {latest.stable === null && latest.beta !== null && <Badge tone="info">Beta</Badge>}
        {advisories > 0 && (
          <Badge tone="danger">
            <ShieldAlert aria-hidden /> {plural(advisories, "advisory", "advisories")}
          </Badge>
        )}
      </div>
      <p className="text-sm text-muted-foreground wrap-anywhere">
        by {publisher_title || publisher} · {categoryTitle(category)}
        {version !== null && ` · version ${version}`}
      </p>
      {description && <p className="line-clamp-3 text-sm wrap-anywhere">{description}</p>}
      {permissions.length > 0 && <p className="text-xs text-muted-foreground">May use: {permissions.map(permissionTitle).join(", ")}</p>}
      <p className="mt-auto flex flex-wrap items-center gap-x-4 gap-y-1 pt-1 text-sm">
        <Rating rating={rating} />
        <span className="inline-flex items-center gap-1 text-muted-foreground">
          <Download aria-hidden className="size-4" /> {plural(downloads, "download")}
        </span>
        <span className="text-muted-foreground">{formatRelative(updated_at)}</span>
      </p>
    </Card>
  );
}

export function ModuleGrid({ children }: { children: ReactNode }) {
  return <ul className="grid gap-4 md:grid-cols-2">{children}</ul>;
}
