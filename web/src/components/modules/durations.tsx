// SPDX-License-Identifier: AGPL-3.0-or-later
import type { ModuleHook } from "@/api/types";
import { plural } from "@/lib/format";
import { durationSteps } from "@/lib/modules";

/** How long the answered calls of a hook took, step by step. */
export function Durations({ hook }: { hook: ModuleHook }) {
  const steps = durationSteps(hook.histogram, hook.calls);
  const most = Math.max(1, ...steps.map(({ calls }) => calls));
  return (
    <details className="mt-3 text-sm">
      <summary className="cursor-pointer text-xs font-semibold text-muted-foreground hover:text-foreground">How long its answers took</summary>
      <table className="mt-2 w-full max-w-md">
        <caption className="sr-only">How long the answers to {hook.point} took</caption>
        <tbody>
          {steps.map(({ name, calls }) => (
            <tr key={name}>
              <th scope="row" className="py-0.5 pr-3 text-left font-normal whitespace-nowrap tabular-nums">
                {name}
              </th>
              <td aria-hidden className="w-full">
                <div className="h-2.5 rounded-full bg-chart-1" style={{ width: `${(calls / most) * 100}%` }} />
              </td>
              <td className="py-0.5 pl-3 text-right whitespace-nowrap tabular-nums">{plural(calls, "time")}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </details>
  );
}
