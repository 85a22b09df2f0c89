// SPDX-License-Identifier: AGPL-3.0-or-later
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { type LinkedProvider, account, linksQuery } from "@/api/account";
import { ErrorPanel } from "@/components/error-panel";
import { QueryView } from "@/components/query-view";
import { Button } from "@/components/ui/button";
import { ConfirmDialog } from "@/components/ui/confirm-dialog";
import { formatDateTime } from "@/lib/format";

export function LinkedProviders() {
  const links = useQuery(linksQuery);
  const queries = useQueryClient();
  const [asked, setAsked] = useState<LinkedProvider | null>(null);
  const unlink = useMutation({
    mutationFn: (provider: string) => account.unlink(provider),
    onSettled: () => queries.invalidateQueries({ queryKey: linksQuery.queryKey }),
  });
  const confirmed = () => {
    if (asked) unlink.mutate(asked.provider);
    setAsked(null);
  };
  return (
    <div className="grid gap-4">
      {unlink.isError && <ErrorPanel error={unlink.error} announce />}
      <QueryView query={links}>
        {(found) =>
          found.length === 0 ? (
            <p className="text-sm text-muted-foreground">None. You log in with your password.</p>
          ) : (
            <ul className="divide-y">
              {found.map((link) => (
                <li key={link.provider} className="flex flex-wrap items-center gap-3 py-3 first:pt-0">
                  <div className="min-w-0 flex-1 basis-48">
                    <p className="font-semibold">{link.title}</p>
                    <p className="text-sm text-muted-foreground">Since {formatDateTime(link.created_at)}</p>
                  </div>
                  <Button size="sm" variant="outline" disabled={unlink.isPending} onClick={() => setAsked(link)} aria-label={`Remove ${link.title}`}>
                    Remove
                  </Button>
                </li>
              ))}
            </ul>
          )
        }
      </QueryView>
      <ConfirmDialog
        open={asked !== null}
        title={`Remove ${asked?.title ?? ""}?`}
        description="You can no longer log in through it. Your account and your work stay."
        confirmLabel="Remove"
        onConfirm={confirmed}
        onClose={() => setAsked(null)}
      />
    </div>
  );
}
