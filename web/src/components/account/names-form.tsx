// SPDX-License-Identifier: AGPL-3.0-or-later
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { account, ownAccountQuery } from "@/api/account";
import type { Versioned } from "@/api/client";
import { meQuery } from "@/api/queries";
import type { Me } from "@/api/types";
import { ErrorPanel } from "@/components/error-panel";
import { QueryView } from "@/components/query-view";
import { TextField } from "@/components/ui/field";
import { changedOnly, useForm } from "@/lib/form";
import { FormEnd } from "./form-end";

export function Names() {
  const own = useQuery(ownAccountQuery);
  const [round, setRound] = useState(0);
  const reload = () => void own.refetch().then(() => setRound(round + 1));
  return <QueryView query={own}>{(found) => <NamesForm key={round} own={found} onReload={reload} />}</QueryView>;
}

function NamesForm({ own, onReload }: { own: Versioned<Me>; onReload: () => void }) {
  const queries = useQueryClient();
  const { user } = own.data;
  const { props, mutation, errorOf, error } = useForm({
    send: (values) => account.rename(changedOnly(values, { name: user.name, given_name: user.given_name, family_name: user.family_name }), own.etag),
    onSuccess: (changed) => {
      queries.setQueryData(ownAccountQuery.queryKey, changed);
      queries.setQueryData(meQuery.queryKey, changed.data);
    },
  });
  return (
    <form {...props} className="space-y-4">
      {error && <ErrorPanel error={error} onReload={onReload} announce />}
      <TextField label="Name" name="name" autoComplete="name" required maxLength={100} defaultValue={user.name} error={errorOf("name")} hint="What others see." />
      <div className="grid gap-4 sm:grid-cols-2">
        <TextField label="Given name" name="given_name" autoComplete="given-name" maxLength={100} defaultValue={user.given_name ?? ""} error={errorOf("given_name")} />
        <TextField label="Family name" name="family_name" autoComplete="family-name" maxLength={100} defaultValue={user.family_name ?? ""} error={errorOf("family_name")} />
      </div>
      <FormEnd label="Save" busy={mutation.isPending} done={mutation.isSuccess ? "Saved." : null} />
    </form>
  );
}
