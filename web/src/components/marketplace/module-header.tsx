// SPDX-License-Identifier: AGPL-3.0-or-later
import type { ReactNode } from "react";
import type { ListedModule } from "@/api/market-types";
import { PageHeader } from "@/components/page";
import { Badge } from "@/components/ui/badge";
import { formatDateTime, plural } from "@/lib/format";
import { categoryTitle } from "@/lib/market";
import { Rating } from "./rating";

interface ModuleHeaderProps {
  module: ListedModule;
  /** Its name, or a link to its page. */
  publisher: ReactNode;
  badges?: ReactNode;
  actions?: ReactNode;
}

/** What stands above the page of a module of the registry. */
export function ModuleHeader({ module: { category, downloads, license, name, rating, title, updated_at }, publisher, badges, actions }: ModuleHeaderProps) {
  return (
    <PageHeader
      title={title || name}
      eyebrow={
        <>
          <Badge tone="good">{categoryTitle(category)}</Badge>
          <Badge>{license}</Badge>
          {badges}
        </>
      }
      description={
        <p className="flex flex-wrap items-center gap-x-4 gap-y-1 text-sm">
          <code>{name}</code>
          <span>by {publisher}</span>
          <Rating rating={rating} />
          <span>{plural(downloads, "download")}</span>
          <span>changed {formatDateTime(updated_at)}</span>
        </p>
      }
      actions={actions}
    />
  );
}
