// SPDX-License-Identifier: AGPL-3.0-or-later
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useId, useState } from "react";
import { type Import, importQuery, importsQuery, users } from "@/api/users";
import { ErrorPanel } from "@/components/error-panel";
import { Button } from "@/components/ui/button";
import { Card } from "@/components/ui/card";
import { ConfirmDialog } from "@/components/ui/confirm-dialog";
import { CheckField } from "@/components/ui/field";
import { Input, Label } from "@/components/ui/form-controls";
import { plural } from "@/lib/format";

const largestBytes = 32 * 1024 * 1024;

interface ImportFormProps {
  /** The import that the page shows. */
  shown: string | undefined;
  onStarted: (started: Import) => void;
}

/** Chooses a file, tries it out, and only then imports it: the very same bytes. */
export function ImportForm({ shown, onStarted }: ImportFormProps) {
  const [file, setFile] = useState<File | null>(null);
  const [tried, setTried] = useState<string | null>(null);
  const [fault, setFault] = useState<string | null>(null);
  const queries = useQueryClient();
  const start = useMutation({
    mutationFn: ({ dryRun, invite }: { dryRun: boolean; invite: boolean }) => users.import(file!, dryRun, invite),
    onSuccess: (started) => {
      setTried(started.dry_run ? started.id : null);
      void queries.invalidateQueries({ queryKey: importsQuery.queryKey });
      onStarted(started);
    },
  });
  function choose(chosen: File | null): void {
    setFile(chosen);
    setTried(null);
    setFault(chosen === null ? null : faultOf(chosen));
    start.reset();
  }
  function tryOut(event: FormEvent): void {
    event.preventDefault();
    if (file === null) setFault("Please choose a file.");
    else if (fault === null && !start.isPending) start.mutate({ dryRun: true, invite: false });
  }
  return (
    <Card className="p-5">
      <form onSubmit={tryOut} noValidate className="space-y-4">
        {start.isError && <ErrorPanel error={start.error} announce />}
        <FileField fault={fault} onChoose={choose} />
        <Button type="submit" disabled={start.isPending}>
          {start.isPending ? "Sending the file…" : "Try it out"}
        </Button>
      </form>
      {tried !== null && tried === shown && <ForReal id={tried} busy={start.isPending} onImport={(invite) => start.mutate({ dryRun: false, invite })} />}
    </Card>
  );
}

function faultOf(file: File): string | null {
  if (file.size === 0) return "That file is empty.";
  return file.size > largestBytes ? "That file is larger than 32 MiB. Split it, each part with the header line." : null;
}

function FileField({ fault, onChoose }: { fault: string | null; onChoose: (file: File | null) => void }) {
  const id = useId();
  return (
    <div className="space-y-1.5">
      <Label htmlFor={id}>File with users (CSV)</Label>
      <Input id={id} type="file" accept=".csv,text/csv" aria-invalid={fault !== null} aria-describedby={`${id}-hint ${id}-error`} onChange={(event) => onChoose(event.target.files?.[0] ?? null)} className="h-auto py-2 file:mr-3 file:rounded-md file:border-0 file:bg-primary-soft file:px-3 file:py-1 file:font-semibold file:text-primary-soft-foreground" />
      <p id={`${id}-hint`} className="text-sm text-muted-foreground">
        The first line names the columns: email, name (or given_name and family_name), group, role, status. Trying it out changes nothing.
      </p>
      <p id={`${id}-error`} role="alert" className="text-sm font-medium text-danger-foreground empty:hidden">
        {fault}
      </p>
    </div>
  );
}

function ForReal({ id, busy, onImport }: { id: string; busy: boolean; onImport: (invite: boolean) => void }) {
  const trial = useQuery(importQuery(id)).data;
  const [invite, setInvite] = useState(false);
  const [asked, setAsked] = useState(false);
  if (trial?.state !== "complete") return null;
  const { created, updated, faulty } = trial;
  if (created + updated === 0) return <p className="mt-4 border-t pt-4 text-sm">There is nothing to import from this file.</p>;
  return (
    <div className="mt-4 space-y-4 border-t pt-4">
      <CheckField label="Mail an invitation to everybody who is new" name="" checked={invite} onChange={(event) => setInvite(event.target.checked)} />
      <Button disabled={busy} onClick={() => setAsked(true)}>
        Import for real
      </Button>
      <ConfirmDialog
        open={asked}
        title="Import for real?"
        description={`${plural(created, "account")} will be created and ${plural(updated, "account")} changed.${faulty > 0 ? ` ${plural(faulty, "faulty line")} will be left out.` : ""}`}
        confirmLabel="Import"
        onConfirm={() => {
          setAsked(false);
          onImport(invite);
        }}
        onClose={() => setAsked(false)}
      />
    </div>
  );
}
