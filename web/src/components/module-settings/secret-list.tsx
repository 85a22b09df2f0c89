// SPDX-License-Identifier: AGPL-3.0-or-later
import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import type { Versioned } from "@/api/client";
import { type ModuleSettings, type SettingsPlace, moduleSettingsQuery, saveModuleSettings } from "@/api/module-settings";
import { ErrorPanel } from "@/components/error-panel";
import { Badge } from "@/components/ui/badge";
import { Button } from "@/components/ui/button";
import { ConfirmDialog } from "@/components/ui/confirm-dialog";
import { TextField } from "@/components/ui/field";
import { useForm } from "@/lib/form";
import { secretsOf } from "@/lib/module-settings";

interface SecretListProps {
  place: SettingsPlace;
  found: Versioned<ModuleSettings>;
  onReload: () => void;
}

/** Secrets of this place: set or not, never shown. */
export function SecretList({ place, found, onReload }: SecretListProps) {
  return (
    <ul className="divide-y">
      {secretsOf(found.data.schema).map((secret) => (
        <li key={secret.name} className="py-4 first:pt-0 last:pb-0">
          <Secret {...secret} place={place} found={found} onReload={onReload} />
        </li>
      ))}
    </ul>
  );
}

function Secret({ name, title, about, place, found, onReload }: SecretListProps & { name: string; title: string; about: string | null }) {
  const queries = useQueryClient();
  const [removing, setRemoving] = useState(false);
  const set = found.data.secrets[name]?.set === true;
  const path = `secrets.${name}`;
  const { props, mutation, errorOf, error } = useForm({
    send: (values) => saveModuleSettings(place, found.data.settings, { [name]: values["remove"] === "yes" ? null : (values[path] ?? "") }, found.etag),
    onSuccess: (saved, form) => {
      form.reset();
      queries.setQueryData(moduleSettingsQuery(place).queryKey, saved);
      void queries.invalidateQueries({ queryKey: ["module-settings", "resolved"] });
    },
  });
  return (
    <div data-secret={name} className="space-y-3">
      <p className="flex items-center gap-2">
        <b className="wrap-anywhere">{title}</b>
        <Badge tone={set ? "good" : "neutral"}>{set ? "Set" : "Not set here"}</Badge>
      </p>
      {error && <ErrorPanel error={error} onReload={onReload} announce />}
      <form {...props} className="space-y-3">
        <TextField label={set ? `Replace ${title} by` : `Set ${title} to`} name={path} type="password" autoComplete="off" required maxLength={8192} data-missing="Please enter the secret." hint={about ?? undefined} error={errorOf(path)} />
        <div className="flex gap-2">
          <Button type="submit" size="sm" disabled={mutation.isPending}>
            {set ? "Replace" : "Set"}
          </Button>
          {set && (
            <Button variant="outline" size="sm" onClick={() => setRemoving(true)}>
              Remove
            </Button>
          )}
        </div>
      </form>
      <ConfirmDialog open={removing} title={`Remove ${title}?`} description="What the places above have set counts again; nobody can read or bring back this one." confirmLabel="Remove" onClose={() => setRemoving(false)} onConfirm={() => { setRemoving(false); mutation.mutate({ remove: "yes" }); }} />
    </div>
  );
}
