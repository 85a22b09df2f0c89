// SPDX-License-Identifier: AGPL-3.0-or-later
import { Check } from "lucide-react";
import { Button } from "@/components/ui/button";

interface FormEndProps {
  label: string;
  busy: boolean;
  /** What has been done, told to screen readers too. */
  done: string | null;
}

export function FormEnd({ label, busy, done }: FormEndProps) {
  return (
    <div className="flex flex-wrap items-center gap-3">
      <Button type="submit" disabled={busy}>
        {busy ? "One moment…" : label}
      </Button>
      <p role="status" className="flex items-center gap-1.5 text-sm font-medium empty:hidden">
        {done && (
          <>
            <Check aria-hidden className="size-4 text-primary" /> {done}
          </>
        )}
      </p>
    </div>
  );
}
