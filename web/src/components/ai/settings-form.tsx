// SPDX-License-Identifier: AGPL-3.0-or-later
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { type AiSettings, type Place, modelChoicesQuery, saveSettings, settingsQuery } from "@/api/ai";
import type { Versioned } from "@/api/client";
import { FormEnd } from "@/components/account/form-end";
import { ErrorPanel } from "@/components/error-panel";
import { SelectField, TextField } from "@/components/ui/field";
import { type FieldGroup, changesOf, faultsOf, fieldGroups, fieldsOf, mostFallbacks } from "@/lib/ai-fields";
import { fromApi } from "@/lib/ai-numbers";
import { useForm } from "@/lib/form";

interface SettingsFormProps {
  place: Place;
  found: Versioned<AiSettings>;
  onReload: () => void;
}

/** What an administrator or teacher sets here. What is left empty is taken from above. */
export function SettingsForm({ place, found, onReload }: SettingsFormProps) {
  const queries = useQueryClient();
  const settings = found.data;
  const { props, mutation, errorOf, error } = useForm({
    check: faultsOf,
    send: (values) => saveSettings(place, changesOf(values, settings), found.etag),
    onSuccess: (saved) => {
      queries.setQueryData(settingsQuery(place).queryKey, saved);
      void queries.invalidateQueries({ queryKey: ["ai", "resolved"] });
    },
  });
  return (
    <form {...props} className="space-y-6">
      {error && <ErrorPanel error={error} onReload={onReload} announce />}
      <ModelFields settings={settings} withFallbacks={place.kind !== "class"} errorOf={errorOf} />
      {fieldGroups.map((group) => (
        <Numbers key={group.title} place={place} group={group} settings={settings} errorOf={errorOf} />
      ))}
      {place.kind !== "class" && <TimeZone value={settings.time_zone ?? ""} error={errorOf("time_zone")} />}
      <FormEnd label="Save" busy={mutation.isPending} done={mutation.isSuccess ? "Saved." : null} />
    </form>
  );
}

type ErrorOf = (name: string) => string | null;

function Numbers({ place, group, settings, errorOf }: { place: Place; group: FieldGroup; settings: AiSettings; errorOf: ErrorOf }) {
  return (
    <fieldset>
      <legend className="font-bold">{group.title}</legend>
      <p className="mb-3 text-sm text-muted-foreground">{group.hint}</p>
      <div className="grid gap-4 sm:grid-cols-2">
        {fieldsOf(group, place).map(({ name, label, kind, hint }) => (
          <TextField key={name} label={label} name={name} inputMode={kind === "count" ? "numeric" : "decimal"} autoComplete="off" defaultValue={fromApi(kind, settings[name])} placeholder={kind === "percent" ? "As above" : "No limit of its own"} hint={hint} error={errorOf(name)} />
        ))}
      </div>
    </fieldset>
  );
}

function ModelFields({ settings, withFallbacks, errorOf }: { settings: AiSettings; withFallbacks: boolean; errorOf: ErrorOf }) {
  const models = useQuery(modelChoicesQuery);
  const [fallbacks, setFallbacks] = useState(settings.fallback_models);
  const state = models.isError ? "The models could not be read. Reload the page to try again." : undefined;
  const slots = Math.min(fallbacks.length + 1, mostFallbacks);
  const choices = [...new Set([...(models.data ?? []).map((model) => model.id), ...settings.fallback_models, ...(settings.default_model ? [settings.default_model] : [])])];
  const nameOf = (id: string) => models.data?.find((model) => model.id === id)?.name ?? id;
  const options = choices.map((id) => (
    <option key={id} value={id}>
      {nameOf(id) === id ? id : `${nameOf(id)} (${id})`}
    </option>
  ));
  // Drawn anew when the models have come: a list knows its entry only among its options.
  return (
    <fieldset key={models.status}>
      <legend className="font-bold">Model</legend>
      <p className="mb-3 text-sm text-muted-foreground">For tools that do not ask for a certain one.</p>
      <div className="grid gap-4 sm:grid-cols-2">
        <SelectField label="Model" name="default_model" defaultValue={settings.default_model ?? ""} hint={state} error={errorOf("default_model")}>
          <option value="">As above</option>
          {options}
        </SelectField>
        {withFallbacks &&
          Array.from({ length: slots }, (_, index) => (
            <SelectField
              key={index}
              label={index === 0 ? "When it is not to be had" : `Then, number ${index + 1}`}
              name={`fallback_${index}`}
              value={fallbacks[index] ?? ""}
              onChange={(event) => setFallbacks(fallbacks.toSpliced(index, 1, ...(event.target.value === "" ? [] : [event.target.value])))}
              error={(index === 0 ? errorOf("fallback_models") : null) ?? errorOf(`fallback_models[${index}]`)}
            >
              <option value="">None</option>
              {options}
            </SelectField>
          ))}
      </div>
    </fieldset>
  );
}

function TimeZone({ value, error }: { value: string; error: string | null }) {
  return (
    <fieldset>
      <legend className="font-bold">Days and months</legend>
      <p className="mb-3 text-sm text-muted-foreground">Where they begin, for limits of a day or a month.</p>
      <TextField label="Time zone" name="time_zone" list="time-zones" autoComplete="off" maxLength={64} defaultValue={value} placeholder="As above" hint="Such as America/Chicago." error={error} />
      <datalist id="time-zones">
        {Intl.supportedValuesOf("timeZone").map((zone) => (
          <option key={zone} value={zone} />
        ))}
      </datalist>
    </fieldset>
  );
}
