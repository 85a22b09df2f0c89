// SPDX-License-Identifier: AGPL-3.0-or-later
import type { Consent } from "@/api/types";
import { Badge } from "@/components/ui/badge";

/** What each permission gives a module, in the host's words. */
export function ConsentList({ consents, reasons = [] }: { consents: Consent[]; reasons?: { permission: string; reason: string }[] }) {
  if (consents.length === 0) return <>Nothing beyond its hooks</>;
  return (
    <ul className="space-y-2">
      {consents.map(({ permission, gives, offered }) => {
        const reason = reasons.find((each) => each.permission === permission)?.reason;
        return (
          <li key={permission} data-consent={permission}>
            <code className="rounded-md bg-muted px-1.5 py-0.5 text-xs">{permission}</code>
            {!offered && (
              <>
                {" "}
                <Badge tone="warning">Not offered yet</Badge>
              </>
            )}{" "}
            {gives}
            {reason && <span className="block text-muted-foreground wrap-anywhere">Its own words: “{reason}”</span>}
          </li>
        );
      })}
    </ul>
  );
}
