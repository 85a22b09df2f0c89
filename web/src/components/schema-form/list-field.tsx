// SPDX-License-Identifier: AGPL-3.0-or-later
import { Plus, X } from "lucide-react";
import { Button } from "@/components/ui/button";
import { kindOf, numberOf, resolve } from "@/lib/schema";
import { Described } from "./described";
import { type FieldProps, SchemaField, titleOf } from "./schema-field";
import { type FormErrors, type FormValue, initialValue } from "./values";

/** Rows that are added and removed: of text, of numbers, of groups. */
export function ListField(field: FieldProps) {
  const { root, schema, pointer, value, errors, onChange } = field;
  const rows: FormValue[] = Array.isArray(value) ? value : [];
  const items = resolve(root, schema["items"]);
  const title = titleOf(field);
  const full = rows.length >= (numberOf(schema, "maxItems") ?? Infinity);
  return (
    <fieldset>
      <Described field={field} as="legend">
        <ol className="mt-2 space-y-3">
          {rows.map((row, index) => (
            <Row
              key={index}
              // A plain row needs no visible name of its own; its place in the list is its name.
              field={{ root, schema: items, pointer: `${pointer}/${index}`, name: `${title} ${index + 1}`, required: true, value: row, errors: errorsAt(errors, pointer, index), onChange: (next) => onChange(rows.with(index, next)) }}
              onRemove={() => onChange(rows.toSpliced(index, 1))}
            />
          ))}
        </ol>
        <Button variant="outline" size="sm" className="mt-3" disabled={full} onClick={() => onChange([...rows, initialValue(root, items)])}>
          <Plus aria-hidden />
          <span>
            Add {rows.length === 0 ? "one" : "another"} <span className="sr-only">to {title}</span>
          </span>
        </Button>
      </Described>
    </fieldset>
  );
}

function Row({ field, onRemove }: { field: FieldProps; onRemove: () => void }) {
  const plain = kindOf(field.root, field.schema) !== "group";
  return (
    <li className="flex items-start gap-2">
      <div className={plain ? "flex-1 [&_label]:sr-only" : "flex-1"}>
        <SchemaField {...field} />
      </div>
      <Button variant="ghost" size="icon" onClick={onRemove} aria-label={`Remove ${titleOf(field)}`}>
        <X aria-hidden />
      </Button>
    </li>
  );
}

/** An empty row is "fill this in or remove it" rather than a bare demand. */
function errorsAt(errors: FormErrors, pointer: string, index: number): FormErrors {
  const at = `${pointer}/${index}`;
  return errors[at] === undefined ? errors : { ...errors, [at]: `${errors[at]} Or remove this entry.` };
}
