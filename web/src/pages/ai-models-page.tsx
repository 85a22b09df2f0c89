// SPDX-License-Identifier: AGPL-3.0-or-later
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import { Plus } from "lucide-react";
import { useState } from "react";
import { type AiModel, adminModelsQuery, aiModels } from "@/api/ai";
import { ApiError } from "@/api/errors";
import { AiTabs } from "@/components/ai/ai-tabs";
import { CreateModel, EditModel } from "@/components/ai/model-form";
import { ErrorPanel } from "@/components/error-panel";
import { EmptyState, PageBody, PageHeader } from "@/components/page";
import { QueryView } from "@/components/query-view";
import { Badge } from "@/components/ui/badge";
import { Button } from "@/components/ui/button";
import { Card } from "@/components/ui/card";
import { ConfirmDialog } from "@/components/ui/confirm-dialog";
import { Notice } from "@/components/ui/notice";
import { dollars } from "@/lib/ai-numbers";

const route = getRouteApi("/authed/admin/ai/models");

export function AiModelsPage() {
  const { me } = route.useRouteContext();
  const models = useQuery(adminModelsQuery);
  const [shown, setShown] = useState<{ edit: string } | "create" | null>(null);
  const close = () => setShown(null);
  return (
    <PageBody className="max-w-4xl">
      <PageHeader
        title="AI models"
        description="Which models may be asked, and what they cost."
        actions={
          <Button onClick={() => setShown("create")}>
            <Plus aria-hidden /> Add a model
          </Button>
        }
      />
      <AiTabs me={me} />
      <QueryView query={models}>
        {(found) =>
          found.length === 0 ? (
            <EmptyState title="No model is listed">Everybody asks the server's own model (AI_DEFAULT_MODEL), whose price is not known.</EmptyState>
          ) : (
            <ul className="space-y-4">
              {found.map((model) => (
                <li key={model.id}>
                  <ModelCard model={model} onEdit={() => setShown({ edit: model.id })} />
                </li>
              ))}
            </ul>
          )
        }
      </QueryView>
      {shown === "create" && <CreateModel onClose={close} />}
      {shown !== null && shown !== "create" && <EditModel id={shown.edit} onClose={close} />}
    </PageBody>
  );
}

function ModelCard({ model, onEdit }: { model: AiModel; onEdit: () => void }) {
  const [asked, setAsked] = useState(false);
  const queries = useQueryClient();
  const act = useMutation<unknown, Error, "remove" | "switch">({
    mutationFn: (action) => (action === "remove" ? aiModels.remove(model.id) : aiModels.edit(model.id, { active: !model.active }, null)),
    onSettled: () => Promise.all([queries.invalidateQueries({ queryKey: adminModelsQuery.queryKey }), queries.invalidateQueries({ queryKey: ["ai", "choices"] })]),
  });
  const { active, id, name, provider } = model;
  return (
    <Card className="grid gap-3 p-5" data-model={id}>
      <div className="flex flex-wrap items-center gap-2">
        <h2 className="text-lg font-bold wrap-anywhere">{name}</h2>
        <Badge tone={active ? "good" : "neutral"}>{active ? "Active" : "Off"}</Badge>
        {model.input_cost_per_1k === null && <Badge tone="warning">No price</Badge>}
      </div>
      <p className="text-sm wrap-anywhere text-muted-foreground">
        {id}
        {provider && ` · ${provider}`}
        {facts(model).map((fact) => ` · ${fact}`)}
      </p>
      {act.isError && (act.error instanceof ApiError && act.error.status === 409 ? <InUse error={act.error} /> : <ErrorPanel error={act.error} announce />)}
      <div className="flex flex-wrap gap-2" role="group" aria-label={`Change ${name}`}>
        <Button size="sm" variant="outline" onClick={onEdit}>
          Change
        </Button>
        <Button size="sm" variant="outline" disabled={act.isPending} onClick={() => act.mutate("switch")}>
          {active ? "Switch off" : "Activate"}
        </Button>
        <Button size="sm" variant="danger" disabled={act.isPending} onClick={() => setAsked(true)}>
          Delete
        </Button>
      </div>
      <ConfirmDialog
        open={asked}
        title={`Delete ${name}?`}
        description="It cannot be asked any more, and its price is forgotten. What was spent stays in the books."
        confirmLabel="Delete"
        onConfirm={() => {
          setAsked(false);
          act.mutate("remove");
        }}
        onClose={() => setAsked(false)}
      />
    </Card>
  );
}

/** Somebody's default cannot be deleted: the server says whose. */
function InUse({ error }: { error: ApiError }) {
  return (
    <Notice tone="warning" title="This model is in use" announce>
      <p>{error.message}</p>
      <p>Choose another model there first, or switch this one off.</p>
    </Notice>
  );
}

function facts({ input_cost_per_1k: input, output_cost_per_1k: output, max_context_tokens: context, max_output_tokens: answer }: AiModel): string[] {
  return [
    ...(input !== null && output !== null ? [`${dollars(input)} in and ${dollars(output)} out for 1,000 tokens`] : []),
    ...(context !== null ? [`reads ${context.toLocaleString()} tokens`] : []),
    ...(answer !== null ? [`answers up to ${answer.toLocaleString()}`] : []),
  ];
}
