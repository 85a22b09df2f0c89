// SPDX-License-Identifier: AGPL-3.0-or-later
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import { Plus } from "lucide-react";
import { useState } from "react";
import { type Provider, authProviders, authProvidersQuery } from "@/api/providers";
import { ErrorPanel } from "@/components/error-panel";
import { EmptyState, PageBody, PageHeader } from "@/components/page";
import { CreateProvider, EditProvider } from "@/components/providers/provider-dialogs";
import { QueryView } from "@/components/query-view";
import { Badge } from "@/components/ui/badge";
import { Button } from "@/components/ui/button";
import { Card } from "@/components/ui/card";
import { ConfirmDialog } from "@/components/ui/confirm-dialog";
import { AdminTabs } from "@/components/users/admin-tabs";

const route = getRouteApi("/authed/admin/auth-providers");

export function AuthProvidersPage() {
  const { me } = route.useRouteContext();
  const providers = useQuery(authProvidersQuery);
  const [shown, setShown] = useState<{ edit: string } | "create" | null>(null);
  const close = () => setShown(null);
  return (
    <PageBody className="max-w-4xl">
      <PageHeader
        title="Login providers"
        description="Ways to log in with an account that your school has elsewhere."
        actions={
          <Button onClick={() => setShown("create")}>
            <Plus aria-hidden /> Set one up
          </Button>
        }
      />
      <AdminTabs me={me} />
      <QueryView query={providers}>
        {(found) =>
          found.length === 0 ? (
            <EmptyState title="No provider is set up">Everybody logs in with a password.</EmptyState>
          ) : (
            <ul className="space-y-4">
              {found.map((provider) => (
                <li key={provider.name}>
                  <ProviderCard provider={provider} onEdit={() => setShown({ edit: provider.name })} />
                </li>
              ))}
            </ul>
          )
        }
      </QueryView>
      {shown === "create" && <CreateProvider onClose={close} />}
      {shown !== null && shown !== "create" && <EditProvider name={shown.edit} onClose={close} />}
    </PageBody>
  );
}

function ProviderCard({ provider, onEdit }: { provider: Provider; onEdit: () => void }) {
  const [asked, setAsked] = useState(false);
  const queries = useQueryClient();
  const act = useMutation<unknown, Error, "remove" | "switch">({
    mutationFn: (action) => (action === "remove" ? authProviders.remove(provider.name) : authProviders.edit(provider.name, { enabled: !provider.enabled }, null)),
    onSettled: () => queries.invalidateQueries({ queryKey: authProvidersQuery.queryKey, exact: true }),
  });
  const { domains, enabled, module, name, title } = provider;
  return (
    <Card className="grid gap-3 p-5" data-provider={name}>
      <div className="flex flex-wrap items-center gap-2">
        <h2 className="text-lg font-bold wrap-anywhere">{title}</h2>
        <Badge tone={enabled ? "good" : "neutral"}>{enabled ? "Enabled" : "Off"}</Badge>
        {provider.create_users && <Badge tone="info">Creates accounts</Badge>}
      </div>
      <p className="text-sm wrap-anywhere text-muted-foreground">
        {name} · module {module}
        {domains.length > 0 && ` · ${domains.map((each) => (each.forced ? `${each.domain} (required)` : each.domain)).join(", ")}`}
      </p>
      {act.isError && <ErrorPanel error={act.error} announce />}
      <div className="flex flex-wrap gap-2" role="group" aria-label={`Change ${title}`}>
        <Button size="sm" variant="outline" onClick={onEdit}>
          Change
        </Button>
        <Button size="sm" variant="outline" disabled={act.isPending} onClick={() => act.mutate("switch")}>
          {enabled ? "Switch off" : "Enable"}
        </Button>
        <Button size="sm" variant="danger" disabled={act.isPending} onClick={() => setAsked(true)}>
          Remove
        </Button>
      </div>
      <ConfirmDialog
        open={asked}
        title={`Remove ${title}?`}
        description="Nobody can log in through it any more. Accounts stay; those without a password need a link for a new one."
        confirmLabel="Remove"
        onConfirm={() => {
          setAsked(false);
          act.mutate("remove");
        }}
        onClose={() => setAsked(false)}
      />
    </Card>
  );
}
