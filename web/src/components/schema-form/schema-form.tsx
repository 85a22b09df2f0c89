// SPDX-License-Identifier: AGPL-3.0-or-later
import { type FormEvent, useEffect, useRef, useState } from "react";
import type { FieldError } from "@/api/errors";
import type { JsonObject } from "@/api/types";
import { Button } from "@/components/ui/button";
import { Notice } from "@/components/ui/notice";
import { plural } from "@/lib/format";
import { serverErrors, validate } from "./errors";
import { SchemaField } from "./schema-field";
import { type FormErrors, type FormValue, collect } from "./values";

interface SchemaFormProps {
  /** A JSON Schema of type object. */
  schema: JsonObject;
  value: FormValue;
  onChange: (value: FormValue) => void;
  onSubmit: (input: JsonObject) => void;
  submitLabel: string;
  busy: boolean;
  /** What the server found wrong with the last submission. */
  fieldErrors?: FieldError[];
}

/** A form made from a schema. It checks what it can in the browser and shows the server's complaints at their fields. */
export function SchemaForm({ schema, value, onChange, onSubmit, submitLabel, busy, fieldErrors = [] }: SchemaFormProps) {
  const [found, setFound] = useState<FormErrors>({});
  const form = useRef<HTMLFormElement>(null);
  const errors = Object.keys(found).length > 0 ? found : serverErrors(fieldErrors);
  const count = Object.keys(errors).length;
  const complaint = JSON.stringify(errors);

  useEffect(() => {
    form.current?.querySelector<HTMLElement>("[aria-invalid=true]")?.focus();
  }, [complaint]);

  function submit(event: FormEvent): void {
    event.preventDefault();
    const unmade: FormErrors = {};
    const input = collect(schema, schema, value, "", true, unmade) ?? {};
    const next = Object.keys(unmade).length > 0 ? unmade : validate(schema, input);
    setFound(next);
    if (Object.keys(next).length === 0) onSubmit(input as JsonObject);
  }

  return (
    <form ref={form} noValidate onSubmit={submit} className="space-y-6">
      {count > 0 && (
        <Notice tone="danger" announce title={`${plural(count, "entry needs", "entries need")} your attention`}>
          {errors[""] && <p>{errors[""]}</p>}
        </Notice>
      )}
      <SchemaField root={schema} schema={schema} pointer="" name="" required value={value} errors={errors} onChange={onChange} bare />
      <Button type="submit" size="lg" disabled={busy}>
        {busy ? "Working…" : submitLabel}
      </Button>
    </form>
  );
}
