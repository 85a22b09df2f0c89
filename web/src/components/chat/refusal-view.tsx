// SPDX-License-Identifier: AGPL-3.0-or-later
import { ApiError, explain } from "@/api/errors";
import { Button } from "@/components/ui/button";
import { Notice } from "@/components/ui/notice";
import { formatTime, formatUntil } from "@/lib/format";
import { Bubble, PlainText } from "./message-bubble";
import type { Refusal } from "./turns";

interface RefusalViewProps {
  refusal: Refusal;
  onRetry: () => void;
  /** Takes the words back into the box. */
  onEdit: () => void;
}

/** A turn that came to nothing: blocked by a module or a limit, which is news, or failed, which can be tried again. */
export function RefusalView({ refusal, onRetry, onEdit }: RefusalViewProps) {
  const { error, kind, text } = refusal;
  const limit = error instanceof ApiError && error.isLimit;
  return (
    <div data-refusal={limit ? "limit" : kind} className="space-y-3">
      {text !== null && (
        <Bubble role="user" author={kind === "failed" && !limit ? "You, not sent" : "You, not answered"} faded>
          <PlainText text={text} />
        </Bubble>
      )}
      {limit ? <Limit error={error} kept={text !== null} onRetry={onRetry} /> : <Reason refusal={refusal} onRetry={onRetry} onEdit={text === null ? null : onEdit} />}
    </div>
  );
}

interface ReasonProps {
  refusal: Refusal;
  onRetry: () => void;
  /** null where there are no words to take back. */
  onEdit: (() => void) | null;
}

function Reason({ refusal: { kind, error }, onRetry, onEdit }: ReasonProps) {
  if (kind === "blocked") return <Blocked error={error} onEdit={onEdit} />;
  return kind === "stopped" ? <Stopped onRetry={onRetry} onEdit={onEdit} /> : <Failed error={error} onRetry={onRetry} onEdit={onEdit} />;
}

/** A limit is an answer, not a fault: when to go on, and that nothing is lost. */
function Limit({ error, kept, onRetry }: { error: ApiError; kept: boolean; onRetry: () => void }) {
  const { title, message, requestId } = explain(error);
  const again = error.retryAt;
  return (
    <Notice
      tone="info"
      announce
      title={title}
      actions={
        <Button size="sm" variant="outline" onClick={onRetry}>
          Try again
        </Button>
      }
    >
      <p>{message}</p>
      {again && (
        <p>
          You can go on from <time dateTime={again.toISOString()}>{formatTime(again)}</time> ({formatUntil(again)}).
        </p>
      )}
      {kept && <p>Your message is kept.</p>}
      {requestId && <p className="text-xs">Request number: {requestId}</p>}
    </Notice>
  );
}

function Blocked({ error, onEdit }: { error: unknown; onEdit: (() => void) | null }) {
  const details = error instanceof ApiError ? error.details : {};
  const reason = details["reason"];
  const module = details["module"];
  return (
    <Notice
      tone="shield"
      announce
      title={onEdit ? "This message was stopped" : "The new answer was stopped"}
      actions={
        onEdit && (
          <Button size="sm" variant="outline" onClick={onEdit}>
            Change my message
          </Button>
        )
      }
    >
      <p>{typeof reason === "string" ? reason : error instanceof ApiError ? error.message : ""}</p>
      {typeof module === "string" && <p className="text-xs">Stopped by {module}, a module that your school has switched on.</p>}
    </Notice>
  );
}

function Stopped(actions: Omit<ReasonProps, "refusal">) {
  return <Notice tone="info" announce title="You stopped this before it was answered" actions={<Again {...actions} />} />;
}

function Failed({ error, ...actions }: { error: unknown } & Omit<ReasonProps, "refusal">) {
  const { title, message, hint, requestId } = explain(error);
  return (
    <Notice tone="danger" announce title={title} actions={<Again {...actions} />}>
      <p>{message}</p>
      {hint && <p>{hint}</p>}
      {requestId && <p className="text-xs">Request number: {requestId}</p>}
    </Notice>
  );
}

function Again({ onRetry, onEdit }: Omit<ReasonProps, "refusal">) {
  return (
    <>
      <Button size="sm" variant="outline" onClick={onRetry}>
        Try again
      </Button>
      {onEdit && (
        <Button size="sm" variant="ghost" onClick={onEdit}>
          Change my message
        </Button>
      )}
    </>
  );
}
