// SPDX-License-Identifier: AGPL-3.0-or-later
import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import type { Me } from "@/api/types";
import { type NewUser, type User, users } from "@/api/users";
import { ErrorPanel } from "@/components/error-panel";
import { NewPassword } from "@/components/new-password";
import { Button } from "@/components/ui/button";
import { Dialog } from "@/components/ui/dialog";
import { CheckField, SelectField, TextField } from "@/components/ui/field";
import { type FormValues, useForm } from "@/lib/form";
import { isAdmin } from "@/lib/roles";
import { GroupSelect } from "./group-select";
import { roles } from "./words";

interface CreateUserProps {
  me: Me;
  open: boolean;
  onCreated: (user: User) => void;
  onClose: () => void;
}

export function CreateUserDialog({ open, onClose, ...rest }: CreateUserProps) {
  return (
    <Dialog open={open} title="Create a user" onClose={onClose} className="max-w-lg">
      {open && <CreateUserForm onClose={onClose} {...rest} />}
    </Dialog>
  );
}

function CreateUserForm({ me, onCreated, onClose }: Omit<CreateUserProps, "open">) {
  const [invited, setInvited] = useState(true);
  const [group, setGroup] = useState("");
  const queries = useQueryClient();
  const { props, mutation, errorOf, error } = useForm({
    send: (values) => users.create(newUser(values, invited)),
    onSuccess: (user) => {
      void queries.invalidateQueries({ queryKey: ["users", "list"] });
      onCreated(user);
    },
  });
  const everywhere = isAdmin(me);
  return (
    <form {...props} className="mt-4 space-y-4">
      {error && <ErrorPanel error={error} announce />}
      <TextField label="Email" name="email" type="email" autoComplete="off" required maxLength={255} data-missing="Please enter an address." error={errorOf("email")} />
      <TextField label="Name" name="name" autoComplete="off" required maxLength={100} data-missing="Please enter a name." error={errorOf("name")} />
      <div className="grid gap-4 sm:grid-cols-2">
        <TextField label="Given name (optional)" name="given_name" autoComplete="off" maxLength={100} error={errorOf("given_name")} />
        <TextField label="Family name (optional)" name="family_name" autoComplete="off" maxLength={100} error={errorOf("family_name")} />
        <GroupSelect label={everywhere ? "Group (optional)" : "Group"} name="group_id" none={everywhere ? "In no group" : "Choose a group"} required={!everywhere} data-missing="Please choose a group." error={errorOf("group_id")} value={group} onChange={(event) => setGroup(event.target.value)} />
        <SelectField label="Role in it" name="role" error={errorOf("role")} disabled={group === ""}>
          {roles
            .filter(([role]) => everywhere || role !== "system_admin")
            .map(([role, label]) => (
              <option key={role} value={role}>
                {label}
              </option>
            ))}
        </SelectField>
      </div>
      <CheckField label="Mail an invitation" name="" hint="A link to choose a password, for seven days." checked={invited} onChange={(event) => setInvited(event.target.checked)} />
      {!invited && <NewPassword name="password" label="First password" error={errorOf("password")} />}
      <div className="flex justify-end gap-2 pt-2">
        <Button variant="ghost" onClick={onClose}>
          Cancel
        </Button>
        <Button type="submit" disabled={mutation.isPending}>
          {mutation.isPending ? "Creating…" : "Create"}
        </Button>
      </div>
    </form>
  );
}

/** Only what was filled in: the server decides about the rest. */
function newUser({ email = "", name = "", given_name, family_name, group_id, role, password }: FormValues, send_invitation: boolean): NewUser {
  return {
    email,
    name,
    ...(given_name ? { given_name } : {}),
    ...(family_name ? { family_name } : {}),
    ...(group_id && role ? { group_id, role } : {}),
    ...(password && !send_invitation ? { password } : {}),
    send_invitation,
  };
}
