// SPDX-License-Identifier: AGPL-3.0-or-later
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { type Login, account, loginsQuery } from "@/api/account";
import { ErrorPanel } from "@/components/error-panel";
import { QueryView } from "@/components/query-view";
import { Badge } from "@/components/ui/badge";
import { Button } from "@/components/ui/button";
import { ConfirmDialog } from "@/components/ui/confirm-dialog";
import { describeAgent } from "@/lib/agent";
import { formatDateTime, formatRelative } from "@/lib/format";

export function Logins() {
  const logins = useQuery(loginsQuery);
  const queries = useQueryClient();
  const [asked, setAsked] = useState(false);
  const end = useMutation({
    mutationFn: (id: string | "others") => (id === "others" ? account.endOtherLogins() : account.endLogin(id)),
    onSettled: () => queries.invalidateQueries({ queryKey: loginsQuery.queryKey }),
  });
  return (
    <div className="grid gap-4">
      {end.isError && <ErrorPanel error={end.error} announce />}
      <QueryView query={logins}>
        {(found) => (
          <>
            <ul className="divide-y">
              {found.map((login) => (
                <LoginRow key={login.id} login={login} busy={end.isPending} onEnd={() => end.mutate(login.id)} />
              ))}
            </ul>
            {found.some((login) => !login.current) && (
              <Button variant="outline" className="justify-self-start" disabled={end.isPending} onClick={() => setAsked(true)}>
                Log out everywhere else
              </Button>
            )}
          </>
        )}
      </QueryView>
      <p role="status" className="text-sm empty:hidden">
        {end.isSuccess && "Logged out there."}
      </p>
      <ConfirmDialog
        open={asked}
        title="Log out everywhere else?"
        description="Only this device stays logged in. What was written elsewhere and not sent stays there."
        confirmLabel="Log out everywhere else"
        onConfirm={() => {
          setAsked(false);
          end.mutate("others");
        }}
        onClose={() => setAsked(false)}
      />
    </div>
  );
}

function LoginRow({ login, busy, onEnd }: { login: Login; busy: boolean; onEnd: () => void }) {
  const name = describeAgent(login.user_agent);
  const about = [login.ip_address, login.context === "shared" ? "shared computer" : null, login.provider && `through ${login.provider}`, `since ${formatDateTime(login.created_at)}`];
  return (
    <li className="flex flex-wrap items-center gap-3 py-3 first:pt-0">
      <div className="min-w-0 flex-1 basis-56">
        <p className="font-semibold">{name}</p>
        <p className="text-sm wrap-anywhere text-muted-foreground">{about.filter(Boolean).join(" · ")}</p>
        <p className="text-sm text-muted-foreground">Last used {formatRelative(login.last_activity_at)}</p>
      </div>
      {login.current ? (
        <Badge tone="good">This device</Badge>
      ) : (
        <Button size="sm" variant="outline" disabled={busy} onClick={onEnd} aria-label={`Log out ${name}, ${login.ip_address ?? "unknown address"}`}>
          Log out
        </Button>
      )}
    </li>
  );
}
