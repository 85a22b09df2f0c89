// SPDX-License-Identifier: AGPL-3.0-or-later
import { Copy, Download, Printer } from "lucide-react";
import { useState } from "react";
import { Button } from "@/components/ui/button";
import { Notice } from "@/components/ui/notice";

/** Shown once: the server keeps only what it needs to know one again. */
export function RecoveryCodes({ codes, onDone }: { codes: string[]; onDone: () => void }) {
  const [copied, setCopied] = useState<"no" | "yes" | "failed">("no");
  const text = codes.join("\n") + "\n";
  const copy = () =>
    navigator.clipboard.writeText(text).then(
      () => setCopied("yes"),
      () => setCopied("failed"),
    );
  return (
    <div className="space-y-4">
      <Notice tone="warning" title="Keep these codes now: they are not shown again" announce>
        Each lets you in once when you do not have your phone.
      </Notice>
      <div data-print-alone>
        <p className="mb-2 text-sm font-semibold">Recovery codes for RaptScallions</p>
        <ul className="grid gap-x-6 gap-y-1 font-mono text-sm sm:grid-cols-2">
          {codes.map((code) => (
            <li key={code}>{code}</li>
          ))}
        </ul>
      </div>
      <div className="flex flex-wrap gap-2">
        <Button size="sm" variant="outline" onClick={() => void copy()}>
          <Copy aria-hidden /> Copy
        </Button>
        <Button size="sm" variant="outline" asChild>
          <a download="recovery-codes.txt" href={`data:text/plain;charset=utf-8,${encodeURIComponent(text)}`}>
            <Download aria-hidden /> Download
          </a>
        </Button>
        <Button size="sm" variant="outline" onClick={() => window.print()}>
          <Printer aria-hidden /> Print
        </Button>
      </div>
      <p role="status" className="text-sm empty:hidden">
        {copied === "yes" && "Copied."}
        {copied === "failed" && "The browser did not allow copying. Select the codes and copy them by hand."}
      </p>
      <Button onClick={onDone}>I have kept them</Button>
    </div>
  );
}
