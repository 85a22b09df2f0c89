// SPDX-License-Identifier: AGPL-3.0-or-later
import { useQuery } from "@tanstack/react-query";
import { Check, CircleSlash } from "lucide-react";
import type { ReactNode } from "react";
import { instanceQuery, modulesQuery } from "@/api/queries";
import type { ModuleStatus } from "@/api/types";
import { EmptyState, PageBody, PageHeader } from "@/components/page";
import { QueryView } from "@/components/query-view";
import { Badge, type Tone } from "@/components/ui/badge";
import { Card } from "@/components/ui/card";
import { Notice } from "@/components/ui/notice";
import { formatDateTime, humanize, plural } from "@/lib/format";

const states: Record<ModuleStatus["state"], [label: string, tone: Tone]> = {
  running: ["Running", "good"],
  starting: ["Starting", "info"],
  backoff: ["Waiting to restart", "warning"],
  refused: ["Refused", "danger"],
  stopped: ["Stopped", "neutral"],
};

export function ModulesPage() {
  const modules = useQuery(modulesQuery);
  const instance = useQuery(instanceQuery);
  return (
    <PageBody>
      <PageHeader title="Modules" description="What runs beside the core, each in a sandbox of its own, and what each may do." />
      {instance.data?.development_mode && (
        <Notice tone="warning" title="Development mode is on" className="mb-6">
          Modules without a signature may run on this installation. Switch development mode off before real students use it.
        </Notice>
      )}
      <QueryView query={modules}>
        {(found) =>
          found.length === 0 ? (
            <EmptyState title="No modules are installed">Install one with the command line: rapt module install</EmptyState>
          ) : (
            <ul className="space-y-4">
              {found.map((module) => (
                <li key={module.name}>
                  <ModuleCard module={module} />
                </li>
              ))}
            </ul>
          )
        }
      </QueryView>
    </PageBody>
  );
}

function ModuleCard({ module }: { module: ModuleStatus }) {
  const [label, tone] = states[module.state] ?? [humanize(module.state), "neutral"];
  const { name, version, publisher, signed, reason, restarts, last_failure: failure } = module;
  return (
    <Card className="p-5" data-module={name}>
      <div className="flex flex-wrap items-center gap-x-3 gap-y-2">
        <h2 className="text-lg font-bold">{name}</h2>
        <Badge tone={tone}>{label}</Badge>
        <Badge tone={signed ? "good" : "danger"}>{signed ? "Signed" : "Not signed"}</Badge>
        <span className="text-sm text-muted-foreground">
          version {version}
          {publisher && `, by ${publisher}`}
        </span>
      </div>
      {reason && <p className="mt-2 text-sm wrap-anywhere">{reason}</p>}
      <dl className="mt-4 grid gap-x-8 gap-y-4 text-sm sm:grid-cols-2 lg:grid-cols-4">
        <Fact name="Asked at">
          <Names names={module.hooks} none="Nothing" />
        </Fact>
        <Fact name="May use">
          <Names names={module.permissions} none="Nothing beyond its hooks" />
        </Fact>
        <Fact name="Restarts">
          {plural(restarts, "restart")}
          {failure && (
            <span className="mt-1 block text-muted-foreground wrap-anywhere">
              Last failure {formatDateTime(failure.at)}: {failure.reason}
            </span>
          )}
        </Fact>
        <Fact name="Sandbox">
          <Layers module={module} />
        </Fact>
      </dl>
    </Card>
  );
}

function Fact({ name, children }: { name: string; children: ReactNode }) {
  return (
    <div className="min-w-0">
      <dt className="mb-1 font-semibold text-muted-foreground">{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}

function Names({ names, none }: { names: string[]; none: string }) {
  if (names.length === 0) return none;
  return (
    <ul className="flex flex-wrap gap-1.5">
      {names.map((name) => (
        <li key={name}>
          <code className="rounded-md bg-muted px-1.5 py-0.5 text-xs wrap-anywhere">{name}</code>
        </li>
      ))}
    </ul>
  );
}

function Layers({ module: { sandbox } }: { module: ModuleStatus }) {
  const layers = sandbox?.layers ?? [];
  if (layers.length === 0) return "Not started";
  return (
    <ul className="space-y-1">
      {layers.map(({ name, on, detail }) => (
        <li key={name} className="flex items-start gap-1.5">
          {on ? <Check aria-hidden className="mt-0.5 size-4 shrink-0 text-primary" /> : <CircleSlash aria-hidden className="mt-0.5 size-4 shrink-0 text-danger" />}
          <span className="min-w-0 wrap-anywhere">
            {name} <span className="sr-only">{on ? "on" : "off"}</span>
            {detail && <span className="text-muted-foreground"> {detail}</span>}
          </span>
        </li>
      ))}
    </ul>
  );
}
