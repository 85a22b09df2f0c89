// SPDX-License-Identifier: AGPL-3.0-or-later
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useEffect, useId, useRef, useState } from "react";
import { ApiError } from "@/api/errors";
import { type Plan, type PlanRequest, operationQuery, planQuery, startOperation } from "@/api/marketplace";
import { QueryView } from "@/components/query-view";
import { Button } from "@/components/ui/button";
import { Dialog } from "@/components/ui/dialog";
import { CheckField } from "@/components/ui/field";
import { Notice } from "@/components/ui/notice";
import { joinNames } from "@/lib/format";
import { randomUuid } from "@/lib/uuid";
import { OperationView } from "./operation-view";
import { PlanView } from "./plan-view";
import { Refusal } from "./refusal";
import { VersionChoice } from "./version-choice";

/** What somebody wants to install: a module of the registry, or a file that was sent. */
export type Subject = { name: string; version?: string } | { upload_id: string; name: string; version: string };

interface InstallDialogProps {
  subject: Subject;
  onClose: () => void;
}

/** From the choice of a version to the installed module: the plan, the consent to exactly that plan, and how far it has come. */
export function InstallDialog({ subject, onClose }: InstallDialogProps) {
  const fromFile = "upload_id" in subject;
  const [request, setRequest] = useState<PlanRequest>(fromFile ? { upload_id: subject.upload_id } : { install: [{ name: subject.name, ...(subject.version ? { version: subject.version } : {}) }] });
  const [running, setRunning] = useState<{ id: string; plan: Plan } | null>(null);
  return (
    <Dialog open title={running ? `Installing ${subject.name}` : `Install ${subject.name}`} onClose={onClose} className="max-w-2xl">
      <div className="mt-4 space-y-4">
        {running ? (
          <Running id={running.id} plan={running.plan} onClose={onClose} />
        ) : (
          <>
            {fromFile ? <p className="text-sm text-muted-foreground">Version {subject.version}, from the file that you chose.</p> : <VersionChoice request={request} onChange={setRequest} />}
            <Deciding request={request} onStarted={(id, plan) => setRunning({ id, plan })} onClose={onClose} />
          </>
        )}
      </div>
    </Dialog>
  );
}

interface DecidingProps {
  request: PlanRequest;
  onStarted: (operationId: string, plan: Plan) => void;
  onClose: () => void;
}

function Deciding({ request, onStarted, onClose }: DecidingProps) {
  const query = useQuery(planQuery(request));
  if (query.isFetching && query.data === undefined) return <QueryView query={query}>{() => null}</QueryView>;
  if (query.data === undefined)
    return (
      <>
        <Refusal error={query.error} title="This cannot be installed" onRetry={() => void query.refetch()} />
        <div className="flex justify-end">
          <Button variant="ghost" onClick={onClose}>
            Close
          </Button>
        </div>
      </>
    );
  return <Decision plan={query.data} request={request} onAsked={() => query.refetch().then(({ data }) => data)} onStarted={onStarted} onClose={onClose} />;
}

interface DecisionProps extends DecidingProps {
  plan: Plan;
  /** Asks for the plan again. */
  onAsked: () => Promise<Plan | undefined>;
}

function Decision({ plan, request, onAsked, onStarted, onClose }: DecisionProps) {
  const [agreed, setAgreed] = useState<string | null>(null);
  const [missing, setMissing] = useState(false);
  const [changed, setChanged] = useState(false);
  const keys = useRef(new Map<string, string>());
  const missingId = useId();
  const start = useMutation({
    mutationFn: () => startOperation(request, plan.id, keyOf(keys.current, plan.id)),
    onSuccess: (operation) => onStarted(operation.id, plan),
    // Another plan than the one that was agreed to: it is shown, and has to be agreed to anew.
    onError: async (error) => {
      if (error instanceof ApiError && error.status !== 0) keys.current.delete(plan.id);
      if (!(error instanceof ApiError && error.status === 409)) return;
      const now = await onAsked();
      if (now !== undefined && now.id !== plan.id) setChanged(true);
    },
  });
  const submit = () => {
    setMissing(agreed !== plan.id);
    if (agreed !== plan.id || start.isPending) return;
    setChanged(false);
    start.mutate();
  };
  const publishers = [...new Set(plan.steps.map((step) => step.publisher))].filter(Boolean);
  return (
    <>
      {changed && (
        <Notice tone="warning" title="The plan has changed meanwhile" announce>
          Nothing was installed. Look at what would be done now, and agree to it anew.
        </Notice>
      )}
      <PlanView plan={plan} />
      {start.isError && !changed && <Refusal error={start.error} title="Nothing was installed" />}
      {plan.steps.length > 0 && (
        <div className="space-y-1.5 border-t pt-4">
          <CheckField
            name="consent"
            label={`I agree to everything above${publishers.length > 0 ? `, and trust ${joinNames(publishers)} with it` : ""}.`}
            checked={agreed === plan.id}
            aria-invalid={missing}
            aria-describedby={missing ? missingId : undefined}
            onChange={(event) => {
              setAgreed(event.target.checked ? plan.id : null);
              setMissing(false);
            }}
          />
          <p id={missingId} role="alert" className="text-sm font-medium text-danger-foreground empty:hidden">
            {missing && "Please agree first: nothing is granted without you."}
          </p>
        </div>
      )}
      <div className="flex flex-wrap justify-end gap-2">
        <Button variant="ghost" onClick={onClose}>
          {plan.steps.length > 0 ? "Cancel" : "Close"}
        </Button>
        {plan.steps.length > 0 && (
          <Button onClick={submit} disabled={start.isPending}>
            {start.isPending ? "Starting…" : plan.steps.every((step) => step.kind === "upgrade") ? "Upgrade" : "Install"}
          </Button>
        )}
      </div>
    </>
  );
}

/** One name until there is an answer: a request whose answer was lost is not done twice. */
function keyOf(keys: Map<string, string>, planId: string): string {
  const key = keys.get(planId) ?? randomUuid();
  keys.set(planId, key);
  return key;
}

function Running({ id, plan, onClose }: { id: string; plan: Plan; onClose: () => void }) {
  const query = useQuery(operationQuery(id));
  const queries = useQueryClient();
  const state = query.data?.state;
  useEffect(() => {
    if (state === "done" || state === "failed") void queries.invalidateQueries({ queryKey: ["admin"] });
  }, [state, queries]);
  const toSetUp = state === "done" ? plan.steps.filter((step) => step.config_required) : [];
  return (
    <>
      <QueryView query={query}>{(operation) => <OperationView operation={operation} />}</QueryView>
      {query.isError && query.data !== undefined && (
        <Notice tone="warning" title="The server does not answer" announce>
          The installation goes on there. It is asked again every second.
        </Notice>
      )}
      <div className="flex flex-wrap justify-end gap-2">
        {toSetUp.map(({ name }) => (
          <Button key={name} asChild>
            <Link to="/admin/module-settings" search={{ module: name }}>
              Set up {name}
            </Link>
          </Button>
        ))}
        <Button variant={toSetUp.length > 0 ? "ghost" : "primary"} onClick={onClose}>
          Close
        </Button>
      </div>
      {state === "running" && <p className="text-right text-sm text-muted-foreground">It goes on without this window.</p>}
    </>
  );
}
