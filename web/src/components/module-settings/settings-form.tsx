// SPDX-License-Identifier: AGPL-3.0-or-later
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import type { Versioned } from "@/api/client";
import { ApiError } from "@/api/errors";
import { type ModuleSettings, type SettingsPlace, moduleSettingsQuery, saveModuleSettings } from "@/api/module-settings";
import type { JsonObject } from "@/api/types";
import { ErrorPanel } from "@/components/error-panel";
import { SchemaForm } from "@/components/schema-form/schema-form";
import { initialValue } from "@/components/schema-form/values";
import { Notice } from "@/components/ui/notice";
import { formatDateTime } from "@/lib/format";
import { atFields, formSchema } from "@/lib/module-settings";

interface SettingsFormProps {
  place: SettingsPlace;
  found: Versioned<ModuleSettings>;
  schema: JsonObject;
  onReload: () => void;
}

/** What is set here, as a form that the module's schema makes. What is left empty is inherited. */
export function SettingsForm({ place, found, schema: whole, onReload }: SettingsFormProps) {
  const queries = useQueryClient();
  const schema = formSchema(whole);
  const { data, etag } = found;
  const [value, setValue] = useState(() => initialValue(schema, schema, data.settings));
  const save = useMutation({
    mutationFn: (settings: JsonObject) => saveModuleSettings(place, settings, {}, etag),
    onSuccess: (saved) => {
      queries.setQueryData(moduleSettingsQuery(place).queryKey, saved);
      void queries.invalidateQueries({ queryKey: ["module-settings", "resolved"] });
    },
  });
  const fields = save.error instanceof ApiError ? atFields(save.error.fields) : [];
  return (
    <div className="space-y-6">
      {save.isError && fields.length === 0 && <ErrorPanel error={save.error} onReload={onReload} announce />}
      {save.isSuccess && <Notice tone="info" title="Saved. Modules are told so within a second." announce />}
      <SchemaForm schema={schema} value={value} onChange={setValue} onSubmit={(settings) => save.mutate(settings)} submitLabel="Save" busy={save.isPending} fieldErrors={fields} />
      {data.updated_at && (
        <p className="text-xs text-muted-foreground">
          Changed {formatDateTime(data.updated_at)} by {data.updated_by?.name ?? "the command line"}.
        </p>
      )}
    </div>
  );
}
