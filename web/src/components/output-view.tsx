// SPDX-License-Identifier: AGPL-3.0-or-later
import type { Json, JsonObject } from "@/api/types";
import { humanize } from "@/lib/format";
import { isShort, orderedEntries, shortText } from "@/lib/output";
import { asObject, resolve, textOf } from "@/lib/schema";
import { Markdown } from "./markdown";

interface ValueProps {
  root: JsonObject;
  schema: JsonObject;
  value: Json;
  /** The heading level for the next names below; deeper levels stay at 5. */
  level: number;
}

/** A tool's structured result as a document: its title, then its parts under their names. */
export function OutputView({ schema, output }: { schema: JsonObject; output: Json }) {
  const object = asObject(output);
  const title = typeof object["title"] === "string" ? object["title"] : null;
  const body = title === null ? output : Object.fromEntries(Object.entries(object).filter(([name]) => name !== "title"));
  return (
    <article className="space-y-5">
      {title && <h2 className="text-xl font-extrabold tracking-tight sm:text-2xl">{title}</h2>}
      <Value root={schema} schema={resolve(schema, schema)} value={body} level={title ? 3 : 2} />
    </article>
  );
}

function Value(props: ValueProps) {
  const { value } = props;
  if (typeof value === "string" && value !== "") return <Markdown text={value} />;
  if (value === null || typeof value !== "object") return <p>{shortText(value)}</p>;
  return Array.isArray(value) ? <ListValue {...props} value={value} /> : <GroupValue {...props} value={value} />;
}

function ListValue({ root, schema, value, level }: ValueProps & { value: Json[] }) {
  const items = resolve(root, schema["items"]);
  if (value.length === 0) return <p className="text-muted-foreground">None</p>;
  if (value.every((item) => item === null || typeof item !== "object")) {
    return (
      <ul className="list-disc space-y-1 pl-6 marker:text-primary">
        {value.map((item, index) => (
          <li key={index}>
            <Value root={root} schema={items} value={item} level={level} />
          </li>
        ))}
      </ul>
    );
  }
  return (
    <ol className="space-y-3">
      {value.map((item, index) => (
        <li key={index} className="rounded-xl border p-4 print:break-inside-avoid">
          <ListItem root={root} schema={items} value={item} level={level} />
        </li>
      ))}
    </ol>
  );
}

/** A group in a list is headed by its own name, where it has one. */
function ListItem(props: ValueProps) {
  const object = asObject(props.value);
  const key = ["title", "name"].find((each) => typeof object[each] === "string" && object[each] !== "");
  if (key === undefined) return <Value {...props} />;
  const Heading = headingAt(props.level);
  const rest = Object.fromEntries(Object.entries(object).filter(([name]) => name !== key));
  return (
    <div className="space-y-2">
      <Heading className="font-bold">{String(object[key])}</Heading>
      <GroupValue {...props} value={rest} level={Math.max(props.level + 1, 4)} />
    </div>
  );
}

function headingAt(level: number): "h2" | "h3" | "h4" | "h5" {
  return `h${Math.min(level, 5)}` as "h2" | "h3" | "h4" | "h5";
}

function GroupValue({ root, schema, value, level }: ValueProps & { value: JsonObject }) {
  const parts = asObject(schema["properties"]);
  const Heading = headingAt(level);
  return (
    <div className={level <= 3 ? "space-y-5" : "space-y-3"}>
      {orderedEntries(schema, value).map(([name, each]) => {
        const part = resolve(root, parts[name]);
        const label = textOf(part, "title") ?? humanize(name);
        if (isShort(each)) return <ShortPart key={name} label={label} value={each} />;
        return (
          <section key={name}>
            <Heading className={level <= 3 ? "mb-1.5 text-base font-bold" : "mb-1 text-sm font-bold"}>{label}</Heading>
            <Value root={root} schema={part} value={each} level={level + 1} />
          </section>
        );
      })}
    </div>
  );
}

function ShortPart({ label, value }: { label: string; value: string | number | boolean | null }) {
  return (
    <p>
      <span className="font-bold">{label}:</span> {shortText(value)}
    </p>
  );
}
