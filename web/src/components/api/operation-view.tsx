// SPDX-License-Identifier: AGPL-3.0-or-later
import { type Answer, type ApiDocument, type Entry, type Parameter, resolve } from "@/lib/openapi";
import { Described } from "./described";
import { About, SchemaView } from "./schema-view";

interface OperationViewProps {
  api: ApiDocument;
  entry: Entry;
  open: boolean;
  onToggle: (open: boolean) => void;
}

/** One operation, folded until somebody asks for it. */
export function OperationView({ api, entry, open, onToggle }: OperationViewProps) {
  const { method, path, operation } = entry;
  return (
    <details id={operation.operationId} open={open} onToggle={(event) => onToggle(event.currentTarget.open)} className="rounded-2xl border bg-card">
      <summary className="cursor-pointer rounded-2xl px-4 py-3">
        <span className="inline-flex flex-wrap items-baseline gap-x-3 gap-y-1">
          <code className="font-bold text-primary-soft-foreground">{method}</code>
          <code className="wrap-anywhere">{path}</code>
          <span className="text-sm text-muted-foreground">{operation.summary}</span>
        </span>
      </summary>
      {open && (
        <div className="space-y-5 border-t px-4 py-4">
          <p className="max-w-3xl text-sm wrap-anywhere">
            <Described text={operation.description} />{" "}
            <a href={`#${operation.operationId}`} className="underline underline-offset-2">
              Link to {operation.operationId}
            </a>
          </p>
          <Parameters api={api} entry={entry} />
          {operation.requestBody && (
            <div>
              <h4 className="mb-2 font-semibold">Body{operation.requestBody.required ? "" : " (optional)"}</h4>
              <Contents api={api} content={operation.requestBody.content} />
            </div>
          )}
          <Answers api={api} entry={entry} />
        </div>
      )}
    </details>
  );
}

function Parameters({ api, entry }: { api: ApiDocument; entry: Entry }) {
  const all = (entry.operation.parameters ?? []).map((one) => resolve<Parameter>(api, one as { $ref: string }));
  if (all.length === 0) return null;
  return (
    <div>
      <h4 className="mb-2 font-semibold">Parameters</h4>
      <dl className="space-y-2">
        {all.map((one) => (
          <div key={`${one.in} ${one.name}`} className="text-sm">
            <dt>
              <code className="font-semibold">{one.name}</code> <span className="text-muted-foreground">in the {one.in}</span>
            </dt>
            <dd className="wrap-anywhere">
              <Described text={one.description} /> <About schema={{ ...resolve(api, one.schema as { $ref: string }), description: "" }} />
            </dd>
          </div>
        ))}
      </dl>
    </div>
  );
}

function Contents({ api, content }: { api: ApiDocument; content: NonNullable<Answer["content"]> }) {
  return Object.entries(content).map(([type, media]) => (
    <div key={type} className="mt-2">
      <p className="mb-2 text-sm text-muted-foreground">{type}</p>
      {media.schema && <SchemaView api={api} schema={media.schema} />}
    </div>
  ));
}

/** Successes with their fields; failures, which all look alike, with their reasons alone. */
function Answers({ api, entry }: { api: ApiDocument; entry: Entry }) {
  const all = Object.entries(entry.operation.responses).map(([status, answer]) => ({ status, answer: resolve<Answer>(api, answer as { $ref: string }) }));
  const failures = all.filter(({ status }) => status >= "400");
  return (
    <div>
      <h4 className="mb-2 font-semibold">Answers</h4>
      {all
        .filter(({ status }) => status < "400")
        .map(({ status, answer }) => (
          <div key={status} className="mb-4">
            <p className="text-sm">
              <code className="font-semibold">{status}</code> <Described text={answer.description} />
            </p>
            {answer.content && <Contents api={api} content={answer.content} />}
          </div>
        ))}
      <details>
        <summary className="cursor-pointer rounded text-sm font-semibold">Failures</summary>
        <dl className="mt-2 space-y-1 text-sm">
          {failures.map(({ status, answer }) => (
            <div key={status} className="flex gap-3">
              <dt>
                <code>{status}</code>
              </dt>
              <dd className="wrap-anywhere">
                <Described text={answer.description} />
              </dd>
            </div>
          ))}
        </dl>
      </details>
    </div>
  );
}
