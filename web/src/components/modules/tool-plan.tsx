// SPDX-License-Identifier: AGPL-3.0-or-later
import { useQuery } from "@tanstack/react-query";
import { useId, useState } from "react";
import { toolPlanQuery, toolsQuery } from "@/api/queries";
import type { PlannedStep, Tool, ToolPlan } from "@/api/types";
import { EmptyState, Section } from "@/components/page";
import { QueryView } from "@/components/query-view";
import { Badge } from "@/components/ui/badge";
import { Card } from "@/components/ui/card";
import { Label, Select } from "@/components/ui/form-controls";
import { pointInWords, stateLabel } from "@/lib/modules";

/** Which modules a tool asks, and in what order. */
export function ToolPlans() {
  const tools = useQuery(toolsQuery);
  return (
    <Section id="plans" title="What a tool asks, and in what order">
      <QueryView query={tools}>
        {(found) => (found.length === 0 ? <EmptyState title="There are no tools yet">A tool names the modules that it needs.</EmptyState> : <ChosenPlan tools={found} />)}
      </QueryView>
    </Section>
  );
}

function ChosenPlan({ tools }: { tools: Tool[] }) {
  const [chosen, setChosen] = useState<string | null>(null);
  const id = useId();
  const tool = tools.find((each) => each.id === chosen) ?? tools.find((each) => each.modules.length > 0) ?? tools[0]!;
  const plan = useQuery(toolPlanQuery(tool.id));
  return (
    <Card className="p-5" data-plan={tool.name}>
      <div className="mb-4 flex flex-wrap items-center gap-3">
        <Label htmlFor={id}>Tool</Label>
        <Select id={id} className="w-full max-w-sm" value={tool.id} onChange={(event) => setChosen(event.target.value)}>
          {tools.map((each) => (
            <option key={each.id} value={each.id}>
              {each.name}
            </option>
          ))}
        </Select>
      </div>
      <QueryView query={plan}>{(found) => <Way plan={found} />}</QueryView>
    </Card>
  );
}

function Way({ plan }: { plan: ToolPlan }) {
  if (plan.hooks.every((hook) => hook.steps.length === 0)) return <p className="text-sm text-muted-foreground">This tool asks no module.</p>;
  return (
    <ol className="space-y-5">
      {plan.hooks.map(({ point, steps }) => (
        <li key={point}>
          <h3 className="flex flex-wrap items-center gap-x-3 gap-y-1 text-sm font-semibold">
            {pointInWords(point)} <code className="rounded-md bg-muted px-1.5 py-0.5 text-xs font-normal wrap-anywhere">{point}</code>
          </h3>
          {steps.length === 0 ? (
            <p className="mt-1 text-sm text-muted-foreground">Nobody is asked.</p>
          ) : (
            <ol className="mt-2 space-y-2 border-l-2 pl-4">
              {steps.map((step) => (
                <li key={step.module}>
                  <Step step={step} />
                </li>
              ))}
            </ol>
          )}
        </li>
      ))}
    </ol>
  );
}

const windows = { token: "word by word", sentence: "sentence by sentence", size: "piece by piece" } as const;

function Step({ step }: { step: PlannedStep }) {
  const [label, tone] = step.state === null ? ([step.installed ? "Switched off" : "Not installed", "danger"] as const) : stateLabel({ state: step.state, circuit: { state: step.circuit ?? "closed", reason: "" } });
  const details = [
    ...(step.timeout_ms === null ? [] : [`answers within ${step.timeout_ms} ms`]),
    ...(step.window ? [`sees the answer ${windows[step.window.unit]}`] : []),
    ...(step.async ? ["asked in the background"] : []),
    step.on_failure === "closed" ? "must not be skipped" : "skipped when it fails",
  ];
  return (
    <div className="flex flex-wrap items-center gap-x-3 gap-y-1 text-sm">
      <span className="font-semibold">{step.module}</span>
      <Badge tone={tone}>{label}</Badge>
      <span className="text-muted-foreground">{details.join(", ")}</span>
    </div>
  );
}
