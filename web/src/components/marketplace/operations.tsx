// SPDX-License-Identifier: AGPL-3.0-or-later
import { useQuery } from "@tanstack/react-query";
import { operationsQuery } from "@/api/marketplace";
import { Card } from "@/components/ui/card";
import { joinNames } from "@/lib/format";
import { OperationView } from "./operation-view";

/** Installations that go on right now, whoever started them. */
export function OperationsUnderWay() {
  const running = (useQuery(operationsQuery).data ?? []).filter((operation) => operation.state === "running");
  if (running.length === 0) return null;
  return (
    <ul aria-label="Installations that go on" className="mb-6 space-y-3">
      {running.map((operation) => (
        <li key={operation.id}>
          <Card className="space-y-3 p-4">
            <h2 className="font-bold">Being installed: {joinNames(operation.steps.map((step) => step.name))}</h2>
            <OperationView operation={operation} />
          </Card>
        </li>
      ))}
    </ul>
  );
}
