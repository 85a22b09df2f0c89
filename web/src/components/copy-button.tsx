// SPDX-License-Identifier: AGPL-3.0-or-later
import { Check, Copy } from "lucide-react";
import { useState } from "react";
import { Button } from "./ui/button";

/** Puts a text where the reader can paste it from; `text` is made when it is wanted. */
export function CopyButton({ text, size }: { text: () => string; size?: "sm" }) {
  const [state, setState] = useState<"ready" | "copied" | "failed">("ready");
  const labels = { ready: "Copy", copied: "Copied", failed: "Copying is not allowed here" };
  async function copy(): Promise<void> {
    try {
      await navigator.clipboard.writeText(text());
      setState("copied");
    } catch {
      setState("failed");
    }
  }
  return (
    <Button variant="outline" size={size} onClick={() => void copy()} onBlur={() => setState("ready")}>
      {state === "copied" ? <Check aria-hidden /> : <Copy aria-hidden />}
      <span aria-live="polite">{labels[state]}</span>
    </Button>
  );
}

/** A line to type somewhere else, with the button that copies it. */
export function CopyBox({ label, text }: { label: string; text: string }) {
  return (
    <div className="flex items-center gap-2 rounded-xl border bg-card p-2 pl-4">
      <code aria-label={label} className="min-w-0 flex-1 text-sm wrap-anywhere">
        {text}
      </code>
      <CopyButton size="sm" text={() => text} />
    </div>
  );
}
