// SPDX-License-Identifier: AGPL-3.0-or-later
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { authProviderQuery, authProviders, authProvidersQuery } from "@/api/providers";
import { QueryView } from "@/components/query-view";
import { Dialog } from "@/components/ui/dialog";
import { ProviderForm } from "./provider-form";

interface DialogProps {
  onClose: () => void;
}

export function CreateProvider({ onClose }: DialogProps) {
  const saved = useSaved(onClose);
  return (
    <Dialog open title="Set up a login provider" onClose={onClose} className="max-w-xl">
      <ProviderForm provider={null} send={authProviders.create} onSaved={saved} onCancel={onClose} />
    </Dialog>
  );
}

export function EditProvider({ name, onClose }: DialogProps & { name: string }) {
  const query = useQuery(authProviderQuery(name));
  const [round, setRound] = useState(0);
  const saved = useSaved(onClose);
  const reload = () => void query.refetch().then(() => setRound(round + 1));
  return (
    <Dialog open title={`Change ${name}`} onClose={onClose} className="max-w-xl">
      <QueryView query={query}>
        {(found) => <ProviderForm key={round} provider={found.data} send={(changes) => authProviders.edit(name, changes, found.etag)} onSaved={saved} onReload={reload} onCancel={onClose} />}
      </QueryView>
    </Dialog>
  );
}

function useSaved(onClose: () => void) {
  const queries = useQueryClient();
  return () => {
    void queries.invalidateQueries({ queryKey: authProvidersQuery.queryKey, exact: true });
    void queries.invalidateQueries({ queryKey: ["providers"] });
    onClose();
  };
}
