// SPDX-License-Identifier: AGPL-3.0-or-later
import { type ApiDocument, type Schema, bounds, example, resolve, typeWords } from "@/lib/openapi";
import { Described } from "./described";

interface SchemaViewProps {
  api: ApiDocument;
  schema: Schema;
}

/** The fields of a value, those of inner objects below them, and an example. */
export function SchemaView({ api, schema }: SchemaViewProps) {
  return (
    <>
      <Fields api={api} schema={schema} seen={[]} />
      <details className="mt-3">
        <summary className="cursor-pointer rounded text-sm font-semibold">Example</summary>
        <pre tabIndex={0} aria-label="Example" className="mt-2 max-h-96 overflow-auto rounded-lg border bg-background p-3 text-sm">
          {JSON.stringify(example(api, schema), null, 2)}
        </pre>
      </details>
    </>
  );
}

/** The object behind a schema: itself, what a list holds, or what may be null. */
function objectOf(api: ApiDocument, given: Schema): Schema | undefined {
  const schema = resolve<Schema>(api, given as Schema | { $ref: string });
  if (schema.properties) return schema;
  const inner = schema.items ?? (schema.anyOf ?? schema.oneOf)?.[0];
  return inner && objectOf(api, inner);
}

function Fields({ api, schema, seen }: SchemaViewProps & { seen: Schema[] }) {
  const object = objectOf(api, schema);
  if (!object || seen.includes(object)) return <p className="text-sm text-muted-foreground">{typeWords(schema)}</p>;
  const fields = Object.entries(object.properties ?? {});
  if (fields.length === 0) return <p className="text-sm text-muted-foreground">An empty object.</p>;
  return (
    <dl className="space-y-2 border-l-2 pl-3 sm:pl-4">
      {fields.map(([name, field]) => (
        <div key={name}>
          <dt className="text-sm wrap-anywhere">
            <code className="font-semibold">{name}</code> <span className="text-muted-foreground">{typeWords(field)}</span>
            {object.required?.includes(name) ? "" : <span className="text-muted-foreground"> (optional)</span>}
          </dt>
          <dd className="text-sm">
            <About schema={resolve<Schema>(api, field as Schema | { $ref: string })} />
            {objectOf(api, field) && (
              <details className="mt-1">
                <summary className="cursor-pointer rounded text-muted-foreground">Fields of {name}</summary>
                <div className="mt-2">
                  <Fields api={api} schema={field} seen={[...seen, object]} />
                </div>
              </details>
            )}
          </dd>
        </div>
      ))}
    </dl>
  );
}

export function About({ schema }: { schema: Schema }) {
  const limits = bounds(schema);
  const values = schema.enum?.map((one) => JSON.stringify(one)).join(", ");
  return (
    <>
      <Described text={schema.description} />
      {limits && ` ${limits}`}
      {values && <span className="text-muted-foreground"> One of {values}.</span>}
    </>
  );
}
