// SPDX-License-Identifier: AGPL-3.0-or-later
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { Check, ChevronRight, CircleSlash } from "lucide-react";
import { type ReactNode, useState } from "react";
import { moduleQuery } from "@/api/queries";
import type { Module, ModuleDetail } from "@/api/types";
import { QueryView } from "@/components/query-view";
import { Badge } from "@/components/ui/badge";
import { Card } from "@/components/ui/card";
import { Notice } from "@/components/ui/notice";
import { formatDateTime, formatRelative, plural } from "@/lib/format";
import { concerns, stateLabel } from "@/lib/modules";
import { ConsentList } from "./consent-list";
import { HookList } from "./hook-list";
import { LogTail } from "./log-tail";
import { ModuleActions } from "./module-actions";
import { ModuleFigures } from "./module-figures";
import { ModuleSpending } from "./module-spending";
import { PanelList, RouteList } from "./route-list";
import { UpdateNotice } from "./update-notice";
import { WorkList } from "./work-list";

export function ModuleCard({ module }: { module: Module }) {
  const [label, tone] = stateLabel(module);
  const { name, publisher, sandbox, signed, version } = module;
  const layers = sandbox?.layers ?? [];
  return (
    <Card className="p-5" data-module={name} data-state={module.enabled ? module.state : "off"}>
      <div className="flex flex-wrap items-center gap-x-3 gap-y-2">
        <h2 className="text-lg font-bold wrap-anywhere">{name}</h2>
        <Badge tone={tone}>{label}</Badge>
        {signed !== null && <Badge tone={signed ? "good" : "danger"}>{signed ? "Signed" : "Not signed"}</Badge>}
        <span className="text-sm text-muted-foreground">
          version {version}
          {publisher && `, by ${publisher}`}
        </span>
      </div>
      <div className="mt-4 space-y-3 empty:hidden">
        {concerns(module).map(({ advice, reason, title, tone: how }) => (
          <Notice key={title} tone={how} title={title}>
            {reason && <p>{reason}</p>}
            <p>{advice}</p>
          </Notice>
        ))}
        <UpdateNotice module={module} />
      </div>
      <h3 className="mt-5 mb-2 text-sm font-semibold text-muted-foreground">When it is asked</h3>
      <HookList module={module} />
      <dl className="mt-5 grid gap-x-8 gap-y-4 text-sm sm:grid-cols-2">
        <Fact name="Restarts">
          <Restarts module={module} />
        </Fact>
        <Fact name="Settings">
          <Link to="/admin/module-settings" search={{ module: name }} className="font-semibold text-primary underline">
            What it is told
          </Link>
        </Fact>
        {module.permissions.includes("ai") && (
          <Fact name="Spent on AI this month">
            <ModuleSpending name={name} />
          </Fact>
        )}
        <Fact name="May use">{module.permissions.length === 0 ? "Nothing beyond its hooks" : module.permissions.join(", ")}</Fact>
        <Fact name="Tells teachers of">{module.findings.length === 0 ? "What it likes: it declares no types of findings" : module.findings.map(({ title }) => title).join(", ")}</Fact>
      </dl>
      <div className="mt-5 divide-y border-y">
        <Fold title="Sandbox" aside={layers.length === 0 ? "not started" : `${layers.filter((each) => each.on).length} of ${layers.length} layers on`}>
          {() => <Layers layers={layers} />}
        </Fold>
        <Fold title="What it was granted" aside={module.consents.length === 0 ? "nothing" : plural(module.consents.length, "permission")}>
          {() => <Granted module={module} />}
        </Fold>
        <Fold title="Processes and figures">{() => <ModuleFigures module={module} />}</Fold>
        {["jobs", "events"].some((each) => module.permissions.includes(each)) && <Fold title="Work">{() => <WorkList name={name} />}</Fold>}
        {module.permissions.includes("routes") && <Fold title="Routes">{() => <RouteList name={name} />}</Fold>}
        {module.permissions.includes("panels") && <Fold title="Panels">{() => <PanelList name={name} />}</Fold>}
        <Fold title="Log">{() => <LogTail name={name} />}</Fold>
        <Fold title="Bundle and other hosts">{() => <Details name={name} />}</Fold>
      </div>
      <ModuleActions module={module} />
    </Card>
  );
}

/** In the host's words, with the module's own reasons where its bundle can be read. */
function Granted({ module }: { module: Module }) {
  const detail = useQuery(moduleQuery(module.name));
  return (
    <div className="text-sm">
      <ConsentList consents={module.consents} reasons={detail.data?.manifest?.permissions ?? []} />
    </div>
  );
}

function Restarts({ module: { last_failure: failure, restarts } }: { module: Module }) {
  return (
    <>
      {plural(restarts, "restart")}
      {failure && (
        <span className="mt-1 block text-muted-foreground wrap-anywhere">
          Last failure {formatDateTime(failure.at)}: {failure.reason}
        </span>
      )}
    </>
  );
}

function Fact({ name, children }: { name: string; children: ReactNode }) {
  return (
    <div className="min-w-0">
      <dt className="mb-1 font-semibold text-muted-foreground">{name}</dt>
      <dd className="wrap-anywhere">{children}</dd>
    </div>
  );
}

/** The browser's own folding part; what is inside is asked for only when somebody opens it. */
function Fold({ title, aside, children }: { title: string; aside?: string; children: () => ReactNode }) {
  const [open, setOpen] = useState(false);
  return (
    <details className="group py-1" onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary className="flex cursor-pointer list-none items-center gap-2 rounded-lg py-2 text-sm font-semibold hover:text-primary [&::-webkit-details-marker]:hidden">
        <ChevronRight aria-hidden className="size-4 shrink-0 transition-transform group-open:rotate-90" />
        {title}
        {aside && <span className="font-normal text-muted-foreground">{aside}</span>}
      </summary>
      {open && <div className="pb-3">{children()}</div>}
    </details>
  );
}

function Layers({ layers }: { layers: { name: string; on: boolean; detail: string | null }[] }) {
  if (layers.length === 0) return <p className="text-sm text-muted-foreground">It has none while it does not run.</p>;
  return (
    <ul className="grid gap-x-8 gap-y-1 text-sm sm:grid-cols-2">
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

function Details({ name }: { name: string }) {
  const detail = useQuery(moduleQuery(name));
  return <QueryView query={detail}>{(found) => <DetailFacts detail={found} />}</QueryView>;
}

function DetailFacts({ detail: { host, hosts, manifest } }: { detail: ModuleDetail }) {
  return (
    <dl className="grid gap-x-8 gap-y-4 text-sm sm:grid-cols-2">
      {manifest && (
        <>
          <Fact name="What it says of itself">
            {manifest.title}
            {manifest.description && <span className="block text-muted-foreground">{manifest.description}</span>}
          </Fact>
          <Fact name="License and ABI">
            {manifest.license}, ABI {manifest.abi}
          </Fact>
        </>
      )}
      <Fact name="This host">{host}</Fact>
      <Fact name="Other hosts">
        {hosts.length === 0 ? "No other host reports." : null}
        <ul className="space-y-1">
          {hosts.map((other) => (
            <li key={other.host}>
              {other.host}: {stateLabel(other.status)[0].toLowerCase()}, version {other.status.version}{" "}
              <span className="text-muted-foreground">({formatRelative(other.at)})</span>
            </li>
          ))}
        </ul>
      </Fact>
    </dl>
  );
}
