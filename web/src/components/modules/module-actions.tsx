// SPDX-License-Identifier: AGPL-3.0-or-later
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { DoorOpen, History, PackageOpen, Power, RefreshCw, Trash2 } from "lucide-react";
import { useState } from "react";
import { patch, post } from "@/api/client";
import type { Module } from "@/api/types";
import { ErrorPanel } from "@/components/error-panel";
import { InstallDialog } from "@/components/marketplace/install-dialog";
import { PolicyDialog } from "@/components/marketplace/policy-dialog";
import { RemoveDialog } from "@/components/marketplace/remove-dialog";
import { Button } from "@/components/ui/button";
import { ConfirmDialog } from "@/components/ui/confirm-dialog";

type Action = "release" | "rollback" | "switch_off" | "switch_on";

/** Does what an administrator asks for, then looks again. */
function useModuleAction(name: string) {
  const queries = useQueryClient();
  const path = `/admin/modules/${encodeURIComponent(name)}`;
  return useMutation({
    mutationFn: (action: Action) => {
      if (action === "release" || action === "rollback") return post<Module>(`${path}/${action}`, {});
      return patch<Module>(path, { enabled: action === "switch_on" });
    },
    onSettled: () => queries.invalidateQueries({ queryKey: ["admin"] }),
  });
}

export function ModuleActions({ module }: { module: Module }) {
  const [asked, setAsked] = useState<"rollback" | "switch_off" | "version" | "policy" | "remove" | null>(null);
  const action = useModuleAction(module.name);
  const { dependents = [], enabled, name, previous_version: previous, rooms, state } = module;
  const close = () => setAsked(null);
  const confirmed = () => {
    if (asked === "rollback" || asked === "switch_off") action.mutate(asked);
    setAsked(null);
  };
  return (
    <>
      <div className="mt-4 flex flex-wrap gap-2" role="group" aria-label={`Change ${name}`}>
        {enabled && [state, ...rooms.map((room) => room.state)].includes("quarantined") && (
          <Button size="sm" onClick={() => action.mutate("release")} disabled={action.isPending}>
            <DoorOpen aria-hidden /> Let out of quarantine
          </Button>
        )}
        {previous && (
          <Button size="sm" variant="outline" onClick={() => setAsked("rollback")} disabled={action.isPending}>
            <History aria-hidden /> Go back to {previous}
          </Button>
        )}
        <Button size="sm" variant="outline" onClick={() => (enabled ? setAsked("switch_off") : action.mutate("switch_on"))} disabled={action.isPending}>
          <Power aria-hidden /> {enabled ? "Switch off" : "Switch on"}
        </Button>
        <Button size="sm" variant="outline" onClick={() => setAsked("version")}>
          <PackageOpen aria-hidden /> Another version
        </Button>
        <Button size="sm" variant="outline" onClick={() => setAsked("policy")}>
          <RefreshCw aria-hidden /> Updates
        </Button>
        <Button size="sm" variant="outline" onClick={() => setAsked("remove")}>
          <Trash2 aria-hidden /> Remove
        </Button>
      </div>
      {action.isError && (
        <div className="mt-3">
          <ErrorPanel error={action.error} announce />
        </div>
      )}
      <ConfirmDialog
        open={asked === "rollback"}
        title={`Go back to ${name} ${previous}?`}
        description={`Version ${module.installed_version} is kept, so that you can come back. Conversations go on: version ${previous} takes over once it is ready.`}
        confirmLabel="Go back"
        onConfirm={confirmed}
        onClose={() => setAsked((now) => (now === "rollback" ? null : now))}
      />
      <ConfirmDialog
        open={asked === "switch_off"}
        title={`Switch ${name} off?`}
        description="Nothing is asked of it any more. Tools that must not run without it stop answering until it is switched on again."
        confirmLabel="Switch off"
        onConfirm={confirmed}
        onClose={() => setAsked((now) => (now === "switch_off" ? null : now))}
      />
      {asked === "version" && <InstallDialog subject={{ name }} onClose={close} />}
      {asked === "policy" && <PolicyDialog name={name} onClose={close} />}
      {asked === "remove" && <RemoveDialog name={name} dependents={dependents} onClose={close} />}
    </>
  );
}
