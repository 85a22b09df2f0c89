// SPDX-License-Identifier: AGPL-3.0-or-later
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Pencil } from "lucide-react";
import { type ReactNode, useId, useState } from "react";
import { patch } from "@/api/client";
import type { Module, ModuleHook } from "@/api/types";
import { ErrorPanel } from "@/components/error-panel";
import { Badge } from "@/components/ui/badge";
import { Button } from "@/components/ui/button";
import { Input, Label } from "@/components/ui/form-controls";
import { plural } from "@/lib/format";
import { formatMicros, historyInWords, parseLimit, pointInWords } from "@/lib/modules";
import { Durations } from "./durations";

/** When a module is asked, and how it has fared since this host started. */
export function HookList({ module }: { module: Module }) {
  if (module.hooks.length === 0) return <p className="text-sm text-muted-foreground">Not known while it does not run.</p>;
  return (
    <ul className="divide-y rounded-xl border">
      {module.hooks.map((hook) => (
        <li key={hook.point} className="p-4" data-hook={hook.point}>
          <HookRow module={module} hook={hook} />
        </li>
      ))}
    </ul>
  );
}

function HookRow({ module, hook }: { module: Module; hook: ModuleHook }) {
  const [editing, setEditing] = useState(false);
  const { calls, failures, findings_refused: refused, max_us, on_failure, p50_us, p99_us, point } = hook;
  const given = historyInWords(hook);
  return (
    <>
      <div className="flex flex-wrap items-center gap-x-3 gap-y-1.5">
        <code className="rounded-md bg-muted px-1.5 py-0.5 text-xs wrap-anywhere">{point}</code>
        <span className="text-sm text-muted-foreground">{pointInWords(point)}</span>
        {on_failure === "closed" && <Badge tone="info">Must not be skipped</Badge>}
        {hook.async && <Badge>In the background</Badge>}
      </div>
      {given && <p className="mt-1.5 text-sm text-muted-foreground">{given}</p>}
      <dl className="mt-3 grid grid-cols-2 gap-x-6 gap-y-3 text-sm sm:grid-cols-5">
        <Figure name="Limit">
          <span className="flex items-center gap-1">
            {hook.timeout_ms} ms
            <Button size="sm" variant="ghost" className="-my-2 px-2" onClick={() => setEditing(true)} aria-label={`Change the limit of ${point}`} aria-expanded={editing}>
              <Pencil aria-hidden />
            </Button>
          </span>
          {hook.timeout_ms !== hook.manifest_timeout_ms && <span className="block text-xs text-muted-foreground">declared: {hook.manifest_timeout_ms} ms</span>}
        </Figure>
        {calls === 0 ? (
          <Figure name="Asked" wide>
            Not yet since this host started
          </Figure>
        ) : (
          <>
            <Figure name="Asked">{calls.toLocaleString()} times</Figure>
            <Figure name="Failed">
              <span className={failures > 0 ? "font-semibold text-danger-foreground" : undefined}>{failures === 0 ? "never" : `${failures.toLocaleString()} times`}</span>
              {refused > 0 && <span className="block text-xs text-danger-foreground">{plural(refused, "finding")} left out: not as declared</span>}
            </Figure>
            <Figure name="Half within">{formatMicros(p50_us)}</Figure>
            <Figure name="99 of 100 within">
              {formatMicros(p99_us)}
              {max_us !== null && <span className="block text-xs text-muted-foreground">longest: {formatMicros(max_us)}</span>}
            </Figure>
          </>
        )}
      </dl>
      {calls > 0 && <Durations hook={hook} />}
      {editing && <LimitForm module={module} hook={hook} onClose={() => setEditing(false)} />}
    </>
  );
}

function Figure({ name, wide = false, children }: { name: string; wide?: boolean; children: ReactNode }) {
  return (
    <div className={wide ? "sm:col-span-4" : undefined}>
      <dt className="text-xs font-semibold text-muted-foreground">{name}</dt>
      <dd className="mt-0.5 tabular-nums">{children}</dd>
    </div>
  );
}

function LimitForm({ module, hook, onClose }: { module: Module; hook: ModuleHook; onClose: () => void }) {
  const [text, setText] = useState(String(hook.timeout_ms));
  const [fault, setFault] = useState<string | null>(null);
  const id = useId();
  const queries = useQueryClient();
  const save = useMutation({
    mutationFn: (limit: number | null) => patch<Module>(`/admin/modules/${encodeURIComponent(module.name)}`, { time_limits: { [hook.point]: limit } }),
    onSuccess: onClose,
    onSettled: () => queries.invalidateQueries({ queryKey: ["admin"] }),
  });
  const submit = () => {
    const limit = parseLimit(text, hook.manifest_timeout_ms);
    setFault(typeof limit === "string" ? limit : null);
    if (typeof limit === "number") save.mutate(limit);
  };
  return (
    <form
      noValidate
      className="mt-4 space-y-2 rounded-xl bg-muted p-4"
      onSubmit={(event) => {
        event.preventDefault();
        submit();
      }}
    >
      <Label htmlFor={id}>Limit in milliseconds, at most {hook.manifest_timeout_ms}</Label>
      <div className="flex flex-wrap gap-2">
        <Input
          id={id}
          inputMode="numeric"
          autoComplete="off"
          autoFocus
          className="w-28"
          value={text}
          onChange={(event) => setText(event.target.value)}
          aria-invalid={fault !== null}
          aria-describedby={fault ? `${id}-fault` : undefined}
        />
        <Button type="submit" disabled={save.isPending}>
          Save
        </Button>
        {module.time_limits[hook.point] !== undefined && (
          <Button variant="outline" onClick={() => save.mutate(null)} disabled={save.isPending}>
            Back to {hook.manifest_timeout_ms} ms
          </Button>
        )}
        <Button variant="ghost" onClick={onClose}>
          Cancel
        </Button>
      </div>
      {fault && (
        <p id={`${id}-fault`} role="alert" className="text-sm text-danger-foreground">
          {fault}
        </p>
      )}
      {save.isError && <ErrorPanel error={save.error} announce />}
    </form>
  );
}
