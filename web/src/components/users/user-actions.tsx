// SPDX-License-Identifier: AGPL-3.0-or-later
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { KeyRound, Trash2, UserCheck, UserX } from "lucide-react";
import { useState } from "react";
import { type User, type UserAction, users } from "@/api/users";
import { ErrorPanel } from "@/components/error-panel";
import { Button } from "@/components/ui/button";
import { ConfirmDialog } from "@/components/ui/confirm-dialog";

type Asked = "deactivate" | "delete" | null;

const done: Record<UserAction, string> = {
  deactivate: "Deactivated. Every login was ended.",
  reactivate: "The account can be used again.",
  "reset-password": "A link to choose a new password was mailed.",
};

/** What can be done with somebody else's account. */
export function UserActions({ user, onChanged }: { user: User; onChanged: () => void }) {
  const [asked, setAsked] = useState<Asked>(null);
  const queries = useQueryClient();
  const navigate = useNavigate();
  const act = useMutation({
    mutationFn: (action: UserAction) => users.act(user.id, action),
    onSuccess: (_, action) => {
      if (action !== "reset-password") onChanged();
    },
    onSettled: () => queries.invalidateQueries({ queryKey: ["users", "list"] }),
  });
  const removal = useMutation({
    mutationFn: () => users.remove(user.id),
    onSuccess: async () => {
      await queries.invalidateQueries({ queryKey: ["users", "list"] });
      await navigate({ to: "/admin/users" });
    },
  });
  const busy = act.isPending || removal.isPending;
  const failure = act.error ?? removal.error;
  const run = (action: UserAction) => {
    setAsked(null);
    removal.reset();
    act.mutate(action);
  };
  return (
    <div className="grid gap-3">
      {failure && <ErrorPanel error={failure} announce />}
      <div role="group" aria-label={`Change the account of ${user.name}`} className="flex flex-wrap gap-2">
        <Button variant="outline" disabled={busy} onClick={() => run("reset-password")}>
          <KeyRound aria-hidden /> Send a link for a new password
        </Button>
        {user.status === "inactive" ? (
          <Button variant="outline" disabled={busy} onClick={() => run("reactivate")}>
            <UserCheck aria-hidden /> Reactivate
          </Button>
        ) : (
          <Button variant="outline" disabled={busy} onClick={() => setAsked("deactivate")}>
            <UserX aria-hidden /> Deactivate
          </Button>
        )}
        <Button variant="danger" disabled={busy} onClick={() => setAsked("delete")}>
          <Trash2 aria-hidden /> Delete
        </Button>
      </div>
      <p role="status" className="text-sm font-medium empty:hidden">
        {act.isSuccess && done[act.variables]}
      </p>
      <ConfirmDialog
        open={asked === "deactivate"}
        title={`Deactivate ${user.name}?`}
        description="Every login ends at once, and the account cannot be used until it is reactivated. Nothing is deleted."
        confirmLabel="Deactivate"
        onConfirm={() => run("deactivate")}
        onClose={() => setAsked(null)}
      />
      <ConfirmDialog
        open={asked === "delete"}
        title={`Delete ${user.name}?`}
        description={`The account ${user.email} is gone from every list and cannot log in again. The address can be used for a new account.`}
        confirmLabel="Delete"
        onConfirm={() => {
          setAsked(null);
          act.reset();
          removal.mutate();
        }}
        onClose={() => setAsked(null)}
      />
    </div>
  );
}
