// SPDX-License-Identifier: AGPL-3.0-or-later
import { useQuery, useQueryClient } from "@tanstack/react-query";
import type { Channel } from "@/api/market-types";
import { type Policy, policyQuery, savePolicy } from "@/api/marketplace";
import { ErrorPanel } from "@/components/error-panel";
import { QueryView } from "@/components/query-view";
import { Button } from "@/components/ui/button";
import { Dialog } from "@/components/ui/dialog";
import { SelectField, TextField } from "@/components/ui/field";
import { useForm } from "@/lib/form";

/** How a module follows its publisher: by itself or when somebody says so, and how far. */
export function PolicyDialog({ name, onClose }: { name: string; onClose: () => void }) {
  const query = useQuery(policyQuery(name));
  return (
    <Dialog open title={`Updates of ${name}`} onClose={onClose}>
      <div className="mt-4">
        <QueryView query={query}>{(policy) => <PolicyForm name={name} policy={policy} onClose={onClose} />}</QueryView>
      </div>
    </Dialog>
  );
}

function PolicyForm({ name, policy, onClose }: { name: string; policy: Policy; onClose: () => void }) {
  const queries = useQueryClient();
  const { error, errorOf, mutation, props } = useForm<Policy>({
    send: ({ auto_update, channel, pin }) => savePolicy(name, { auto_update: auto_update as Policy["auto_update"], channel: channel as Channel, pin: pin || null }),
    onSuccess: () => {
      void queries.invalidateQueries({ queryKey: ["admin"] });
      onClose();
    },
  });
  return (
    <form {...props} className="space-y-4">
      {error !== null && <ErrorPanel error={error} announce />}
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
      <TextField label="Only versions" name="pin" defaultValue={policy.pin ?? ""} placeholder="Any" maxLength={100} autoComplete="off" spellCheck={false} error={errorOf("pin")} hint="Such as ^1.4, ~1.4.2 or 1.4.2. Leave it empty for any version." />
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
