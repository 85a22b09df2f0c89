// SPDX-License-Identifier: AGPL-3.0-or-later
import type { ReactNode } from "react";
import { ApiError } from "@/api/errors";
import { Notice } from "./ui/notice";

/** True when the answer is about the link itself, not about what was entered or the server. */
export function isDeadLink(error: unknown): boolean {
  if (!(error instanceof ApiError)) return false;
  if (error.fields.length > 0) return error.fields.some((field) => field.path === "token");
  return error.status === 400 || error.status === 404 || error.status === 410;
}

export function DeadLink({ action }: { action: ReactNode }) {
  return (
    <Notice tone="warning" title="This link does not work any more" announce actions={action}>
      It was used already, is too old, or a newer one was sent. Open the newest mail, or ask for another link.
    </Notice>
  );
}
