// SPDX-License-Identifier: AGPL-3.0-or-later
import { useQuery } from "@tanstack/react-query";
import { operationsQuery } from "@/api/marketplace";
import { Card } from "@/components/ui/card";
import { joinNames } from "@/lib/format";
import { OperationView } from "./operation-view";

const keptMs = 86_400_000;

/** Installations that go on right now, whoever started them; and the newest one when it failed within a day. */
export function OperationsUnderWay() {
  const found = useQuery(operationsQuery).data ?? [];
  const shown = found.filter(({ ended_at, state }, index) => state === "running" || (index === 0 && state === "failed" && Date.parse(ended_at ?? "") > Date.now() - keptMs));
  if (shown.length === 0) return null;
  return (
    <ul aria-label="Installations" className="mb-6 space-y-3">
      {shown.map((operation) => (
        <li key={operation.id}>
          <Card className="space-y-3 p-4">
            <h2 className="font-bold">
              {operation.state === "running" ? "Being installed" : "Not installed"}: {joinNames(operation.steps.map((step) => step.name))}
            </h2>
            <OperationView operation={operation} />
          </Card>
        </li>
      ))}
    </ul>
  );
}
