// SPDX-License-Identifier: AGPL-3.0-or-later
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { type AiModel, adminModelQuery, adminModelsQuery, aiModels } from "@/api/ai";
import type { JsonObject } from "@/api/types";
import { ErrorPanel } from "@/components/error-panel";
import { QueryView } from "@/components/query-view";
import { Button } from "@/components/ui/button";
import { Dialog } from "@/components/ui/dialog";
import { CheckField, TextField } from "@/components/ui/field";
import { type NumberKind, faultOfNumber, fromApi, toApi } from "@/lib/ai-numbers";
import { type FormValues, useForm } from "@/lib/form";

const numbers: [name: keyof AiModel & string, kind: NumberKind][] = [
  ["input_cost_per_1k", "price"],
  ["output_cost_per_1k", "price"],
  ["max_context_tokens", "count"],
  ["max_output_tokens", "count"],
];

export function CreateModel({ onClose }: { onClose: () => void }) {
  return (
    <Dialog open title="Add a model" onClose={onClose} className="max-w-xl">
      <ModelForm model={null} send={aiModels.create} onClose={onClose} />
    </Dialog>
  );
}

export function EditModel({ id, onClose }: { id: string; onClose: () => void }) {
  const query = useQuery(adminModelQuery(id));
  const [round, setRound] = useState(0);
  const reload = () => void query.refetch().then(() => setRound(round + 1));
  return (
    <Dialog open title={`Change ${id}`} onClose={onClose} className="max-w-xl">
      <QueryView query={query}>{(found) => <ModelForm key={round} model={found.data} send={(changes) => aiModels.edit(id, changes, found.etag)} onReload={reload} onClose={onClose} />}</QueryView>
    </Dialog>
  );
}

interface ModelFormProps {
  /** What is to be changed; null for a new one. */
  model: AiModel | null;
  send: (changes: JsonObject) => Promise<unknown>;
  onReload?: () => void;
  onClose: () => void;
}

function ModelForm({ model, send, onReload, onClose }: ModelFormProps) {
  const queries = useQueryClient();
  const { props, mutation, errorOf, error } = useForm({
    check: faultsOf,
    send: (values) => send(changesOf(values, model)),
    onSuccess: () => {
      void queries.invalidateQueries({ queryKey: adminModelsQuery.queryKey });
      void queries.invalidateQueries({ queryKey: ["ai", "choices"] });
      onClose();
    },
  });
  return (
    <form {...props} className="mt-4 space-y-4">
      {error && <ErrorPanel error={error} {...(onReload ? { onReload } : {})} announce />}
      {model === null && <TextField label="Id" name="id" required maxLength={200} pattern="[A-Za-z0-9][A-Za-z0-9._:\/@+\-]*" spellCheck={false} autoComplete="off" data-missing="Please enter the id." data-pattern="Letters, digits and . _ : / @ + - alone, a letter or digit first." hint="As the gateway names it, such as anthropic/claude-sonnet-4-20250514. It stays as it is." error={errorOf("id")} />}
      <TextField label="Name" name="name" required maxLength={200} autoComplete="off" defaultValue={model?.name} data-missing="Please enter a name." hint="As people read it." error={errorOf("name")} />
      <TextField label="Provider" name="provider" maxLength={100} autoComplete="off" defaultValue={model?.provider} error={errorOf("provider")} />
      <div className="grid gap-4 sm:grid-cols-2">
        <TextField label="Dollars for 1,000 tokens in" name="input_cost_per_1k" inputMode="decimal" autoComplete="off" defaultValue={fromApi("price", model?.input_cost_per_1k)} hint="Of questions. Without a price it cannot be asked where a budget holds." error={errorOf("input_cost_per_1k")} />
        <TextField label="Dollars for 1,000 tokens out" name="output_cost_per_1k" inputMode="decimal" autoComplete="off" defaultValue={fromApi("price", model?.output_cost_per_1k)} hint="Of answers." error={errorOf("output_cost_per_1k")} />
        <TextField label="Tokens it can read" name="max_context_tokens" inputMode="numeric" autoComplete="off" defaultValue={fromApi("count", model?.max_context_tokens)} error={errorOf("max_context_tokens")} />
        <TextField label="Tokens of one answer" name="max_output_tokens" inputMode="numeric" autoComplete="off" defaultValue={fromApi("count", model?.max_output_tokens)} error={errorOf("max_output_tokens")} />
      </div>
      <CheckField label="Active" name="active" defaultChecked={model?.active ?? true} hint="Only active models can be asked." />
      <div className="flex justify-end gap-2 pt-2">
        <Button variant="ghost" onClick={onClose}>
          Cancel
        </Button>
        <Button type="submit" disabled={mutation.isPending}>
          {mutation.isPending ? "Saving…" : "Save"}
        </Button>
      </div>
    </form>
  );
}

function faultsOf(values: FormValues): FormValues {
  const faults: FormValues = {};
  for (const [name, kind] of numbers) {
    const fault = faultOfNumber(kind, values[name] ?? "", 1);
    if (fault) faults[name] = fault;
  }
  const [input, output] = [values["input_cost_per_1k"] ?? "", values["output_cost_per_1k"] ?? ""];
  if (input === "" && output !== "") faults["input_cost_per_1k"] ??= "Write both prices, or none.";
  if (input !== "" && output === "") faults["output_cost_per_1k"] ??= "Write both prices, or none.";
  return faults;
}

/** What differs from the model; of a new one everything that is given. */
function changesOf(values: FormValues, model: AiModel | null): JsonObject {
  const changes: JsonObject = {};
  for (const name of ["id", "name", "provider"] as const) {
    const text = values[name];
    if (text !== undefined && text !== (model?.[name] ?? "")) changes[name] = text;
  }
  for (const [name, kind] of numbers) {
    const text = values[name] ?? "";
    if (text !== fromApi(kind, model?.[name] as string | number | null | undefined)) changes[name] = toApi(kind, text);
  }
  // The database knows prices in pairs.
  if ("input_cost_per_1k" in changes || "output_cost_per_1k" in changes) for (const [name, kind] of numbers.slice(0, 2)) changes[name] = toApi(kind, values[name] ?? "");
  const active = values["active"] === "on";
  if (active !== model?.active) changes["active"] = active;
  return changes;
}
