// SPDX-License-Identifier: AGPL-3.0-or-later
import { ShieldCheck, ShieldX } from "lucide-react";
import type { Plan, PlannedHook, PlanStep } from "@/api/marketplace";
import { Badge } from "@/components/ui/badge";
import { Notice } from "@/components/ui/notice";
import { plural } from "@/lib/format";
import { formatBytes, grantTitle } from "@/lib/market";
import { pointInWords } from "@/lib/modules";
import { ChangeLog } from "./change-log";
import { PermissionList } from "./permission-list";

/** Everything that an installation would do, in the words that somebody agrees to. */
export function PlanView({ plan: { steps, total_bytes, warnings } }: { plan: Plan }) {
  if (steps.length === 0) return <p className="text-sm">There is nothing to do: what you ask for is installed.</p>;
  return (
    <div className="space-y-4" data-install-plan>
      {warnings.map((warning) => (
        <Notice key={warning} tone="warning" title={warning} />
      ))}
      <ol className="space-y-4">
        {steps.map((step) => (
          <li key={step.name} data-step={step.name} className="rounded-xl border p-4 text-sm">
            <StepView step={step} />
          </li>
        ))}
      </ol>
      <p className="text-sm text-muted-foreground">
        {plural(steps.length, "module")}, {formatBytes(total_bytes)} to download.
      </p>
    </div>
  );
}

const kinds = { install: ["New here", "info"], upgrade: ["Upgrade", "good"], downgrade: ["Older version", "warning"] } as const;

function StepView({ step }: { step: PlanStep }) {
  const { because, bytes, change_log, config_required, from, hooks, kind, migrations, name, permissions, removed_hooks, removed_permissions, title, to } = step;
  const [label, tone] = kinds[kind];
  const isNew = permissions.filter((each) => each.new).length;
  return (
    <div className="space-y-3">
      <div className="flex flex-wrap items-center gap-2">
        <h3 className="text-base font-bold wrap-anywhere">{title || name}</h3>
        <Badge tone={tone}>{label}</Badge>
        <span className="text-muted-foreground">
          {from === null ? `version ${to}` : `from version ${from} to ${to}`}, {formatBytes(bytes)}
        </span>
      </div>
      {because && <p className="text-muted-foreground wrap-anywhere">{because === "asked for" ? "You ask for it." : `Because ${because}.`}</p>}
      <Signature step={step} />
      <div>
        <h4 className="mb-1.5 font-semibold">{isNew > 0 && from !== null ? `What it may use: ${plural(isNew, "permission")} more than before` : "What it may use"}</h4>
        <PermissionList permissions={[...permissions].sort((one, other) => Number(other.new) - Number(one.new)).map((each) => ({ ...each, new: each.new && from !== null }))} />
        {removed_permissions.length > 0 && <p className="mt-2">It no longer asks for: {removed_permissions.map(grantTitle).join(", ")}</p>}
      </div>
      {hooks.length + removed_hooks.length > 0 && <Hooks hooks={hooks} removed={removed_hooks} upgrade={from !== null} />}
      {migrations > 0 && <p>It changes its own tables ({plural(migrations, "migration")}). If that fails, nothing changes.</p>}
      {config_required && <p>It needs settings before it can work: you are led there at the end.</p>}
      {change_log.trim() !== "" && (
        <details>
          <summary className="cursor-pointer font-semibold">What changed</summary>
          <div className="mt-2">
            <ChangeLog text={change_log} />
          </div>
        </details>
      )}
    </div>
  );
}

/** What it reads of what people write, what is more than now first. */
function Hooks({ hooks, removed, upgrade }: { hooks: PlannedHook[]; removed: string[]; upgrade: boolean }) {
  const more = upgrade ? hooks.filter((each) => each.new).length : 0;
  return (
    <div>
      <h4 className="mb-1.5 font-semibold">{more > 0 ? `What it is told where it is attached to a tool: more than before at ${plural(more, "point")}` : "What it is told where it is attached to a tool"}</h4>
      <ul className="space-y-3">
        {[...hooks].sort((one, other) => Number(other.new) - Number(one.new)).map(({ change, new: isNew, point, text }) => (
          <li key={point} data-hook={point} data-new={upgrade && isNew}>
            <span className="font-semibold">{pointInWords(point)}</span> <code className="rounded-md bg-muted px-1.5 py-0.5 text-xs">{point}</code>{" "}
            {upgrade && isNew && <Badge tone="warning">New</Badge>}
            {text && <span className="block">{text}</span>}
            {change && <span className="block text-muted-foreground">{change}</span>}
          </li>
        ))}
      </ul>
      {removed.length > 0 && <p className="mt-2">It is no longer asked: {removed.map((point) => pointInWords(point).toLowerCase()).join(", ")}</p>}
    </div>
  );
}

/** Who vouches for the bytes that would be installed. */
function Signature({ step: { key_id, known_publisher, publisher, signed, vouched } }: { step: PlanStep }) {
  const good = signed && vouched;
  const Icon = good ? ShieldCheck : ShieldX;
  return (
    <p className="flex items-start gap-2" data-signed={signed} data-vouched={vouched}>
      <Icon aria-hidden className={good ? "mt-0.5 size-4 shrink-0 text-primary" : "mt-0.5 size-4 shrink-0 text-danger"} />
      <span className="min-w-0 wrap-anywhere">
        {signed ? (
          <>
            Signed by {publisher} with the key <code className="text-xs">{key_id}</code>
            {known_publisher ? ", which this installation knows." : ". This publisher is new here."}
          </>
        ) : (
          "Nobody has signed it: it can come from anybody."
        )}{" "}
        {vouched ? "The registry’s signed metadata names these very bytes." : "No signed metadata of the registry names it."}
      </span>
    </p>
  );
}
