// SPDX-License-Identifier: AGPL-3.0-or-later
import { useQueryClient } from "@tanstack/react-query";
import { FormEnd } from "@/components/account/form-end";
import type { Versioned } from "@/api/client";
import { type User, userQuery, users } from "@/api/users";
import { ErrorPanel } from "@/components/error-panel";
import { SelectField, TextField } from "@/components/ui/field";
import { changedOnly, useForm } from "@/lib/form";

/** Changes somebody else's names, address and status; only what was changed is sent. */
export function UserForm({ found, onReload }: { found: Versioned<User>; onReload: () => void }) {
  const queries = useQueryClient();
  const { email, name, given_name, family_name, status, id } = found.data;
  const { props, mutation, errorOf, error } = useForm({
    send: (values) => users.edit(id, changedOnly(values, { email, name, given_name, family_name, status }), found.etag),
    onSuccess: (changed) => {
      queries.setQueryData(userQuery(id).queryKey, changed);
      void queries.invalidateQueries({ queryKey: ["users", "list"] });
    },
  });
  const switchable = status === "active" || status === "suspended";
  return (
    <form {...props} className="space-y-4">
      {error && <ErrorPanel error={error} onReload={onReload} announce />}
      <TextField label="Name" name="name" autoComplete="off" required maxLength={100} defaultValue={name} data-missing="Please enter a name." error={errorOf("name")} />
      <div className="grid gap-4 sm:grid-cols-2">
        <TextField label="Given name" name="given_name" autoComplete="off" maxLength={100} defaultValue={given_name ?? ""} error={errorOf("given_name")} />
        <TextField label="Family name" name="family_name" autoComplete="off" maxLength={100} defaultValue={family_name ?? ""} error={errorOf("family_name")} />
      </div>
      <TextField label="Email" name="email" type="email" autoComplete="off" required maxLength={255} defaultValue={email} data-missing="Please enter an address." error={errorOf("email")} />
      {switchable && (
        <SelectField label="Status" name="status" defaultValue={status} error={errorOf("status")} hint="Somebody suspended cannot log in; open logins end at once.">
          <option value="active">Active</option>
          <option value="suspended">Suspended</option>
        </SelectField>
      )}
      <FormEnd label="Save" busy={mutation.isPending} done={mutation.isSuccess ? "Saved." : null} />
    </form>
  );
}
