// SPDX-License-Identifier: AGPL-3.0-or-later
import { Link } from "@tanstack/react-router";
import { ApiError, explain } from "@/api/errors";
import { Button } from "./ui/button";
import { Notice } from "./ui/notice";

interface ErrorPanelProps {
  error: unknown;
  onRetry?: () => void;
  /** Loads the present state; offered when somebody else has changed it. */
  onReload?: () => void;
  /** Announces the error at once; for one that follows something the reader did. */
  announce?: boolean;
}

/** Any failure, in words: what was wrong, and what to do. */
export function ErrorPanel({ error, onRetry, onReload, announce = false }: ErrorPanelProps) {
  const { title, message, hint, requestId } = explain(error);
  const retryable = !(error instanceof ApiError) || error.isRetryable;
  return (
    <Notice
      tone="danger"
      title={title}
      announce={announce}
      actions={
        onReload && error instanceof ApiError && error.isOutdated ? (
          <Button size="sm" variant="outline" onClick={onReload}>
            Load the present state
          </Button>
        ) : onRetry && retryable ? (
          <Button size="sm" variant="outline" onClick={onRetry}>
            Try again
          </Button>
        ) : undefined
      }
    >
      <p>{message}</p>
      {hint && <p>{hint}</p>}
      {requestId && <p className="text-xs">Request number: {requestId}</p>}
    </Notice>
  );
}

/** A whole page that could not be shown. */
export function ErrorPage({ error, onRetry }: { error: unknown; onRetry?: () => void }) {
  return (
    <div className="mx-auto w-full max-w-xl px-4 py-16">
      <ErrorPanel error={error} {...(onRetry ? { onRetry } : {})} announce />
      <p className="mt-6 text-center text-sm">
        <Link to="/" className="font-semibold text-primary underline underline-offset-4">
          Go to the home page
        </Link>
      </p>
    </div>
  );
}
