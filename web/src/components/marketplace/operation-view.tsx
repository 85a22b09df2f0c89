// SPDX-License-Identifier: AGPL-3.0-or-later
import { CircleAlert, CircleCheck, LoaderCircle } from "lucide-react";
import type { Operation, OperationStep, Phase } from "@/api/marketplace";
import { Notice } from "@/components/ui/notice";
import { formatBytes } from "@/lib/market";

const phases: Record<Phase, string> = {
  waiting: "waits for its turn",
  downloading: "is being downloaded",
  verifying: "is being checked: digest, signature, metadata",
  migrating: "its tables are being changed",
  switching: "is started beside the old version, then takes over",
  done: "is installed",
  failed: "failed",
  taken_back: "was taken back: another one failed",
};

/** How far an installation has come. */
export function OperationView({ operation: { error, state, steps } }: { operation: Operation }) {
  return (
    <div className="space-y-4" data-operation={state}>
      <ul className="space-y-3 text-sm">
        {steps.map((step) => (
          <li key={step.name} data-phase={step.phase}>
            <StepRow step={step} />
          </li>
        ))}
      </ul>
      {state === "failed" && (
        <Notice tone="danger" title="It was not finished" announce>
          {error && <p>{error}</p>}
          <p>Every module is as it was before. Mend what is named, then start again.</p>
        </Notice>
      )}
      <p role="status" className="text-sm font-semibold empty:hidden">
        {state === "done" && "Everything is installed."}
      </p>
    </div>
  );
}

function StepRow({ step: { bytes, bytes_done, name, phase, to } }: { step: OperationStep }) {
  const failed = phase === "failed" || phase === "taken_back";
  const Icon = phase === "done" ? CircleCheck : failed ? CircleAlert : LoaderCircle;
  const look = phase === "done" ? "text-primary" : failed ? "text-danger" : "animate-spin text-muted-foreground";
  return (
    <div className="flex items-start gap-2">
      <Icon aria-hidden className={`mt-0.5 size-4 shrink-0 ${look}`} />
      <div className="min-w-0 flex-1 wrap-anywhere">
        <span className="font-semibold">
          {name} {to}
        </span>{" "}
        {phases[phase] ?? phase}
        {phase === "downloading" && bytes > 0 && (
          <>
            <progress value={bytes_done} max={bytes} aria-label={`Download of ${name}`} className="mt-1 block h-2 w-full" />
            <span className="text-muted-foreground">
              {formatBytes(bytes_done)} of {formatBytes(bytes)}
            </span>
          </>
        )}
      </div>
    </div>
  );
}
