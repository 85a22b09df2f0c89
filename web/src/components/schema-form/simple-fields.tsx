// SPDX-License-Identifier: AGPL-3.0-or-later
import { Checkbox, Input, Label, Select, Textarea } from "@/components/ui/form-controls";
import type { Json } from "@/api/types";
import { kindOf, numberOf, options, resolve, textOf } from "@/lib/schema";
import { Described, idsOf } from "./described";
import { type FieldProps, titleOf } from "./schema-field";
import { encodeOption } from "./values";

const inputTypes: Record<string, string> = { email: "email", uri: "url", date: "date", time: "time" };

/** Text, numbers, and JSON where the schema says too little for better. */
export function TextField(field: FieldProps) {
  const { root, schema, value, required, onChange } = field;
  const { id, describedBy, invalid } = idsOf(field);
  const kind = kindOf(root, schema);
  const shared = {
    id,
    value: typeof value === "string" ? value : "",
    required,
    "aria-describedby": describedBy,
    "aria-invalid": invalid,
    maxLength: kind === "text" || kind === "longText" ? numberOf(schema, "maxLength") : undefined,
  };
  if (kind === "longText" || kind === "json") {
    return (
      <Described field={field} as="label">
        <Textarea {...shared} spellCheck={kind === "longText"} onChange={(event) => onChange(event.target.value)} />
      </Described>
    );
  }
  const numeric = kind === "number" || kind === "integer";
  return (
    <Described field={field} as="label">
      <Input
        {...shared}
        type={numeric ? "text" : (inputTypes[textOf(schema, "format") ?? ""] ?? "text")}
        inputMode={kind === "integer" ? "numeric" : numeric ? "decimal" : undefined}
        className={numeric ? "max-w-40" : undefined}
        onChange={(event) => onChange(event.target.value)}
      />
    </Described>
  );
}

export function ChoiceField(field: FieldProps) {
  const { schema, value, required, onChange } = field;
  const { id, describedBy, invalid } = idsOf(field);
  return (
    <Described field={field} as="label">
      <Select
        id={id}
        value={typeof value === "string" ? value : ""}
        required={required}
        aria-describedby={describedBy}
        aria-invalid={invalid}
        onChange={(event) => onChange(event.target.value || undefined)}
      >
        <option value="">Please choose</option>
        {options(schema).map((option) => (
          <option key={encodeOption(option)} value={encodeOption(option)}>
            {optionLabel(option)}
          </option>
        ))}
      </Select>
    </Described>
  );
}

export function ChoicesField(field: FieldProps) {
  const { root, schema, value, onChange } = field;
  const { id, describedBy, invalid } = idsOf(field);
  const all = options(resolve(root, schema["items"])).map((option) => ({ key: encodeOption(option), label: optionLabel(option) }));
  const chosen = Array.isArray(value) ? value : [];
  return (
    <fieldset aria-describedby={describedBy}>
      <Described field={field} as="legend">
        <div className="mt-2 flex flex-wrap gap-x-5 gap-y-2">
          {all.map(({ key, label }, index) => (
            <Label key={key} htmlFor={`${id}-${index}`} className="inline-flex items-center gap-2 font-normal">
              <Checkbox
                id={`${id}-${index}`}
                checked={chosen.includes(key)}
                aria-invalid={invalid}
                onChange={(event) => onChange(event.target.checked ? [...chosen, key] : chosen.filter((each) => each !== key))}
              />
              {label}
            </Label>
          ))}
        </div>
      </Described>
    </fieldset>
  );
}

export function BooleanField(field: FieldProps) {
  const { id, describedBy, invalid } = idsOf(field);
  const about = textOf(field.schema, "description");
  const error = field.errors[field.pointer];
  return (
    <div className="space-y-1">
      <div className="flex items-center gap-2.5">
        <Checkbox id={id} checked={field.value === true} aria-describedby={describedBy} aria-invalid={invalid} onChange={(event) => field.onChange(event.target.checked)} />
        <Label htmlFor={id}>{titleOf(field)}</Label>
      </div>
      {about && (
        <p id={`${id}-about`} className="text-sm text-muted-foreground">
          {about}
        </p>
      )}
      {error && (
        <p id={`${id}-error`} className="text-sm font-medium text-danger-foreground">
          {error}
        </p>
      )}
    </div>
  );
}

function optionLabel(option: Json): string {
  return typeof option === "string" ? option : JSON.stringify(option);
}
