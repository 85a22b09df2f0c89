// SPDX-License-Identifier: AGPL-3.0-or-later
import { ApiError } from "@/api/errors";
import { ErrorPanel } from "@/components/error-panel";
import { Button } from "@/components/ui/button";
import { Notice } from "@/components/ui/notice";

interface RefusalProps {
  error: unknown;
  /** What cannot be done, such as "This cannot be installed". */
  title: string;
  onRetry?: () => void;
}

/** Why a bundle or a plan was refused: the host's own sentence, since no general advice fits it. Other faults as everywhere. */
export function Refusal({ error, title, onRetry }: RefusalProps) {
  const refused = error instanceof ApiError && error.status >= 400 && error.status < 500 && error.status !== 401 && error.status !== 429;
  if (!refused) return <ErrorPanel error={error} {...(onRetry ? { onRetry } : {})} announce />;
  const again = onRetry && (
    <Button size="sm" variant="outline" onClick={onRetry}>
      Try again
    </Button>
  );
  return (
    <Notice tone="danger" title={title} actions={again} announce>
      <p>{error.message}</p>
      {error.fields.map(({ message, path }) => (
        <p key={`${path} ${message}`}>{path ? `${path}: ${message}` : message}</p>
      ))}
      {error.requestId && <p className="text-xs">Request number: {error.requestId}</p>}
    </Notice>
  );
}
