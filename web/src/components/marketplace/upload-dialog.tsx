// SPDX-License-Identifier: AGPL-3.0-or-later
import { useMutation } from "@tanstack/react-query";
import { type FormEvent, useEffect, useRef, useState } from "react";
import type { Upload } from "@/api/marketplace";
import { uploadWithProgress } from "@/api/upload";
import { Button } from "@/components/ui/button";
import { Dialog } from "@/components/ui/dialog";
import { TextField } from "@/components/ui/field";
import { formatBytes } from "@/lib/market";
import { Refusal } from "./refusal";

const largestBytes = 64 * 1024 * 1024;

interface UploadDialogProps {
  onUploaded: (upload: Upload) => void;
  onClose: () => void;
}

/** Sends a bundle from this computer; what it would do is shown before anything is installed. */
export function UploadDialog({ onUploaded, onClose }: UploadDialogProps) {
  const [file, setFile] = useState<File | null>(null);
  const [fault, setFault] = useState<string | null>(null);
  const [share, setShare] = useState(0);
  const abort = useRef(new AbortController());
  // A window that is gone sends nothing more. Development mode runs effects twice, hence the new one.
  useEffect(() => {
    abort.current = new AbortController();
    return () => abort.current.abort();
  }, []);
  const send = useMutation({ mutationFn: (chosen: File) => uploadWithProgress<Upload>("/admin/module-uploads", chosen, setShare, abort.current.signal), onSuccess: onUploaded });
  function submit(event: FormEvent): void {
    event.preventDefault();
    if (send.isPending) return;
    const wrong = file === null ? "Please choose a file." : faultOf(file);
    setFault(wrong);
    setShare(0);
    if (file !== null && wrong === null) send.mutate(file);
  }
  return (
    <Dialog open title="Install from a file" onClose={onClose}>
      <form noValidate onSubmit={submit} className="mt-4 space-y-4">
        {send.isError && <Refusal error={send.error} title="This file cannot be installed" />}
        <TextField
          label="Bundle"
          name="file"
          type="file"
          accept=".rapt"
          hint="A .rapt file of at most 64 MiB. The same checks are made as for the registry."
          error={fault}
          disabled={send.isPending}
          onChange={(event) => {
            const chosen = event.target.files?.[0] ?? null;
            setFile(chosen);
            setFault(chosen === null ? null : faultOf(chosen));
            send.reset();
          }}
          className="h-auto py-2 file:mr-3 file:rounded-md file:border-0 file:bg-primary-soft file:px-3 file:py-1 file:font-semibold file:text-primary-soft-foreground"
        />
        {send.isPending && (
          <div role="status" className="text-sm">
            <progress value={share} max={1} aria-label="Sending the file" className="block h-2 w-full" />
            {share < 1 ? `${Math.floor(share * 100)} of 100 parts are sent.` : "It is being checked."}
          </div>
        )}
        <div className="flex justify-end gap-2">
          <Button variant="ghost" onClick={onClose}>
            Cancel
          </Button>
          <Button type="submit" disabled={send.isPending}>
            Look at it
          </Button>
        </div>
      </form>
    </Dialog>
  );
}

function faultOf(file: File): string | null {
  if (file.size === 0) return "That file is empty.";
  if (!file.name.endsWith(".rapt")) return "That is not a bundle: its name has to end in .rapt.";
  return file.size > largestBytes ? `That file has ${formatBytes(file.size)}; a bundle has at most 64 MiB.` : null;
}
