// SPDX-License-Identifier: AGPL-3.0-or-later
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import type { Versioned } from "@/api/client";
import type { Channel } from "@/api/market-types";
import { type Policy, type PolicyDetails, policyQuery, savePolicy } from "@/api/marketplace";
import { ErrorPanel } from "@/components/error-panel";
import { QueryView } from "@/components/query-view";
import { Button } from "@/components/ui/button";
import { Dialog } from "@/components/ui/dialog";
import { SelectField, TextField } from "@/components/ui/field";
import { formatDateTime } from "@/lib/format";
import { useForm } from "@/lib/form";

/** How a module follows its publisher: by itself or when somebody says so, how far, and what has come of it. */
export function PolicyDialog({ name, onClose }: { name: string; onClose: () => void }) {
  const query = useQuery(policyQuery(name));
  const [round, setRound] = useState(0);
  const reload = () => void query.refetch().then(() => setRound((now) => now + 1));
  return (
    <Dialog open title={`Updates of ${name}`} onClose={onClose} className="max-w-lg">
      <div className="mt-4 space-y-6">
        <QueryView query={query}>
          {(found) => (
            <>
              <PolicyForm key={round} name={name} found={found} onReload={reload} onClose={onClose} />
              <History policy={found.data} />
            </>
          )}
        </QueryView>
      </div>
    </Dialog>
  );
}

interface PolicyFormProps {
  name: string;
  found: Versioned<PolicyDetails>;
  onReload: () => void;
  onClose: () => void;
}

function PolicyForm({ name, found: { data: policy, etag }, onReload, onClose }: PolicyFormProps) {
  const queries = useQueryClient();
  const { error, errorOf, mutation, props } = useForm({
    send: ({ auto_update, channel, pin }) => savePolicy(name, { auto_update: auto_update as Policy["auto_update"], channel: channel as Channel, pin: pin || null }, etag),
    onSuccess: () => {
      void queries.invalidateQueries({ queryKey: ["admin"] });
      onClose();
    },
  });
  return (
    <form {...props} className="space-y-4">
      {error !== null && <ErrorPanel error={error} onReload={onReload} announce />}
      <SelectField
        label="Updates itself"
        name="auto_update"
        defaultValue={policy.auto_update}
        error={errorOf("auto_update")}
        hint="Never to more permissions: those wait for you. An update that fails is taken back, and you are told."
      >
        <option value="manual">Never: I decide each time</option>
        <option value="patch">To mended versions (1.4.2 to 1.4.3)</option>
        <option value="minor">To newer versions that stay compatible (1.4 to 1.5)</option>
      </SelectField>
      <SelectField label="Channel" name="channel" defaultValue={policy.channel} error={errorOf("channel")}>
        <option value="stable">Stable</option>
        <option value="beta">Beta too: what its publisher still tries out</option>
      </SelectField>
      <TextField label="Only versions" name="pin" defaultValue={policy.pin ?? ""} placeholder="Any" maxLength={128} autoComplete="off" spellCheck={false} error={errorOf("pin")} hint="Such as ^1.4, ~1.4.2 or 1.4.2. Leave it empty for any version." />
      <div className="flex justify-end gap-2">
        <Button variant="ghost" onClick={onClose}>
          Cancel
        </Button>
        <Button type="submit" disabled={mutation.isPending}>
          Save
        </Button>
      </div>
    </form>
  );
}

const kinds: Record<PolicyDetails["events"][number]["kind"], string> = {
  updated: "Updated by itself to",
  kept: "Proved itself:",
  rolled_back: "Went back from",
  failed: "Could not be updated to",
};

function History({ policy: { events, held } }: { policy: PolicyDetails }) {
  if (events.length + held.length === 0) return null;
  return (
    <div className="space-y-3 border-t pt-4 text-sm">
      {held.length > 0 && (
        <ul aria-label="Versions that are not taken again" className="space-y-1">
          {held.map(({ because, version }) => (
            <li key={version} className="wrap-anywhere">
              Version {version} is not taken by itself again: {because}
            </li>
          ))}
        </ul>
      )}
      {events.length > 0 && (
        <ul aria-label="What it did by itself" className="space-y-2">
          {events.map(({ at, kind, text, version }) => (
            <li key={`${at} ${kind}`} className="wrap-anywhere">
              <span className="font-semibold">
                {kinds[kind] ?? kind} {version}
              </span>{" "}
              <span className="text-muted-foreground">{formatDateTime(at)}</span>
              {text && <span className="block text-muted-foreground">{text}</span>}
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}
