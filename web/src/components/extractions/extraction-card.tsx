// SPDX-License-Identifier: AGPL-3.0-or-later
import { Sparkles } from "lucide-react";
import type { ReactNode } from "react";
import type { Extraction, Json, JsonObject } from "@/api/types";
import { Badge, type Tone } from "@/components/ui/badge";
import { cn } from "@/lib/cn";
import { humanize, humanizeValue, plural } from "@/lib/format";
import { asObject } from "@/lib/schema";

/** What a module noted about a message or a conversation, by the shape of what it noted. */
export function ExtractionCard({ extraction, title }: { extraction: Extraction; title?: string }) {
  const data = asObject(extraction.data);
  const { indicators, level, certainty, ...rest } = data;
  const grade = level ?? certainty;
  const strong = isScalar(grade) && gradeTone(grade) === "danger";
  return (
    <aside
      data-extraction={extraction.type}
      className={cn("rounded-xl border p-4 text-sm", strong ? "border-danger/50 bg-danger-soft/70" : "border-warning-border bg-warning-soft/60")}
    >
      <p className="flex flex-wrap items-center gap-2">
        <Sparkles aria-hidden className="size-4 text-warning-foreground" />
        <span className="font-bold">{title ?? humanize(extraction.type)}</span>
        {isScalar(grade) && grade !== null && <Badge tone={gradeTone(grade)}>{gradeText(grade)}</Badge>}
        <span className="text-xs text-muted-foreground">noted by {extraction.module}</span>
      </p>
      <div className="mt-2 space-y-2">
        {Array.isArray(indicators) && <Indicators items={indicators} />}
        {asObject(extraction.data) === extraction.data ? <Details data={rest} /> : <Value value={extraction.data} />}
      </div>
    </aside>
  );
}

/** How strongly a module means it, by the words that modules use for it. */
function gradeTone(grade: Json): Tone {
  if (typeof grade === "number") return grade >= 3 ? "danger" : "warning";
  return ["high", "severe", "explicit"].includes(String(grade)) ? "danger" : "warning";
}

function gradeText(grade: Json): string {
  return typeof grade === "string" ? humanize(grade) : `Level ${String(grade)}`;
}

/** Signs of struggle, each with what was seen and how often. */
function Indicators({ items }: { items: Json[] }) {
  return (
    <ul className="space-y-2">
      {items.map((item, index) => (
        <Indicator key={index} data={asObject(item)} plain={item} />
      ))}
    </ul>
  );
}

function Indicator({ data, plain }: { data: JsonObject; plain: Json }) {
  const { kind, type, evidence, count, message_seqs: seqs, ...rest } = data;
  const name = kind ?? type;
  if (!isScalar(name) || name === null) {
    return (
      <li>
        <Value value={plain} />
      </li>
    );
  }
  const quotes = (Array.isArray(evidence) ? evidence : [evidence ?? null]).filter((each): each is string => typeof each === "string" && each !== "");
  return (
    <li>
      <p>
        <span className="font-semibold">{humanize(String(name))}</span>
        {typeof count === "number" && <span className="text-muted-foreground">, {plural(count, "time")}</span>}
        {Array.isArray(seqs) && <Places seqs={seqs} />}
      </p>
      {quotes.map((quote, index) => (
        <blockquote key={index} className="mt-1 border-l-2 border-warning-border pl-3 text-muted-foreground italic wrap-anywhere">
          {quote}
        </blockquote>
      ))}
      <Details data={quotes.length > 0 || evidence === undefined ? rest : { evidence, ...rest }} />
    </li>
  );
}

/** The messages that show it, each a link to its place in the transcript. */
function Places({ seqs }: { seqs: Json[] }) {
  const numbers = seqs.filter((seq) => typeof seq === "number");
  if (numbers.length === 0) return null;
  return (
    <span className="text-muted-foreground">
      , in {numbers.length === 1 ? "message" : "messages"}{" "}
      {numbers.map((seq, index) => (
        <span key={seq}>
          {index > 0 && ", "}
          <a href={`#message-${seq}`} className="underline underline-offset-2">
            {seq}
          </a>
        </span>
      ))}
    </span>
  );
}

/** Anything else, name by name. */
function Details({ data }: { data: JsonObject }) {
  const entries = Object.entries(data).filter(([, value]) => value !== null);
  if (entries.length === 0) return null;
  return (
    <dl className="grid grid-cols-[auto_1fr] gap-x-4 gap-y-1">
      {entries.map(([name, value]) => (
        <div key={name} className="col-span-2 grid grid-cols-subgrid">
          <dt className="text-muted-foreground">{humanize(name)}</dt>
          <dd className="min-w-0 wrap-anywhere">
            <Value value={value} />
          </dd>
        </div>
      ))}
    </dl>
  );
}

function Value({ value }: { value: Json }): ReactNode {
  if (isScalar(value)) return scalarText(value);
  if (!Array.isArray(value)) return <Details data={asObject(value)} />;
  if (value.length === 0) return "None";
  if (value.every(isScalar)) return value.map(scalarText).join(", ");
  return (
    <ul className="space-y-1">
      {value.map((item, index) => (
        <li key={index}>
          <Value value={item} />
        </li>
      ))}
    </ul>
  );
}

function scalarText(value: null | boolean | number | string): string {
  if (typeof value === "boolean") return value ? "Yes" : "No";
  return typeof value === "string" ? humanizeValue(value) : String(value ?? "None");
}

function isScalar(value: Json | undefined): value is null | boolean | number | string {
  return value === null || ["boolean", "number", "string"].includes(typeof value);
}
