// SPDX-License-Identifier: AGPL-3.0-or-later
import type { JsonObject } from "@/api/types";
import { humanize } from "@/lib/format";
import { isRequired, kindOf, properties, textOf } from "@/lib/schema";
import { BooleanField, ChoiceField, ChoicesField, TextField } from "./simple-fields";
import { Described } from "./described";
import { ListField } from "./list-field";
import { type FormErrors, type FormValue, escapeKey } from "./values";

export interface FieldProps {
  /** The whole schema, for references. */
  root: JsonObject;
  schema: JsonObject;
  /** Where the value stands in the input, as a JSON pointer; also the stem of element ids. */
  pointer: string;
  name: string;
  required: boolean;
  value: FormValue;
  errors: FormErrors;
  onChange: (value: FormValue) => void;
}

/** One field of any kind. A bare group has no frame of its own: it is the form. */
export function SchemaField({ bare = false, ...field }: FieldProps & { bare?: boolean }) {
  switch (kindOf(field.root, field.schema)) {
    case "group":
      return bare ? <GroupFields {...field} /> : <GroupField {...field} />;
    case "list":
      return <ListField {...field} />;
    case "choices":
      return <ChoicesField {...field} />;
    case "choice":
      return <ChoiceField {...field} />;
    case "boolean":
      return <BooleanField {...field} />;
    default:
      return <TextField {...field} />;
  }
}

function GroupField(field: FieldProps) {
  return (
    <fieldset className="space-y-4 border-l-2 pl-4">
      <Described field={field} as="legend" />
      <GroupFields {...field} />
    </fieldset>
  );
}

function GroupFields({ root, schema, pointer, value, errors, onChange }: FieldProps) {
  const fields = typeof value === "object" && !Array.isArray(value) ? value : {};
  return (
    <div className="space-y-5">
      {properties(root, schema).map(([name, each]) => (
        <SchemaField
          key={name}
          root={root}
          schema={each}
          pointer={`${pointer}/${escapeKey(name)}`}
          name={name}
          required={isRequired(schema, name)}
          value={fields[name]}
          errors={errors}
          onChange={(next) => onChange({ ...fields, [name]: next })}
        />
      ))}
    </div>
  );
}

export function titleOf({ schema, name }: FieldProps): string {
  return textOf(schema, "title") ?? humanize(name);
}
