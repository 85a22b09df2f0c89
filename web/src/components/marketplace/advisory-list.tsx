// SPDX-License-Identifier: AGPL-3.0-or-later
import type { ReactNode } from "react";
import type { Advisory } from "@/api/market-types";
import { Badge } from "@/components/ui/badge";
import { Card } from "@/components/ui/card";
import { formatDateTime } from "@/lib/format";
import { safeLink, severities } from "@/lib/market";

interface AdvisoryListProps {
  advisories: (Advisory & { installed_version?: string })[];
  /** The module that one is about, as a link to its page. */
  subject: (module: string) => ReactNode;
}

/** Known faults of versions, and what mends them. */
export function AdvisoryList({ advisories, subject }: AdvisoryListProps) {
  return (
    <ul className="space-y-4">
      {advisories.map((advisory) => (
        <li key={advisory.id} id={advisory.id}>
          <AdvisoryCard advisory={advisory} subject={subject} />
        </li>
      ))}
    </ul>
  );
}

function AdvisoryCard({ advisory, subject }: { advisory: AdvisoryListProps["advisories"][number] } & Pick<AdvisoryListProps, "subject">) {
  const { affected, fixed, id, installed_version, module, published_at, severity, text, title, url } = advisory;
  const [label, tone] = severities[severity] ?? [severity, "neutral"];
  const link = safeLink(url);
  return (
    <Card className="space-y-2 p-4 text-sm" data-advisory={id}>
      <div className="flex flex-wrap items-center gap-2">
        <Badge tone={tone}>{label}</Badge>
        <h2 className="text-base font-bold wrap-anywhere">{title}</h2>
      </div>
      <p className="text-muted-foreground wrap-anywhere">
        {id}, {formatDateTime(published_at)}: {module === null || module === "" ? "the platform itself" : subject(module)}, versions {affected}
        {installed_version && `; installed here: ${installed_version}`}
      </p>
      {text && <p className="whitespace-pre-line wrap-anywhere">{text}</p>}
      <p className="font-semibold">{fixed ? `Mended in version ${fixed}.` : "No version mends it yet."}</p>
      {link && (
        <p>
          <a href={link} target="_blank" rel="noopener noreferrer nofollow" className="text-primary underline underline-offset-4 wrap-anywhere">
            {link}
          </a>
        </p>
      )}
    </Card>
  );
}
