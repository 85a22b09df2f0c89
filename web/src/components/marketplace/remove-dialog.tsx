// SPDX-License-Identifier: AGPL-3.0-or-later
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { removeModule } from "@/api/marketplace";
import { Button } from "@/components/ui/button";
import { Dialog } from "@/components/ui/dialog";
import { CheckField, TextField } from "@/components/ui/field";
import { Notice } from "@/components/ui/notice";
import { Refusal } from "./refusal";

interface RemoveDialogProps {
  name: string;
  /** What needs it, each in a sentence: it stays as long as they do. */
  dependents: string[];
  onClose: () => void;
}

/** Takes a module out; its data stays unless its name is typed. */
export function RemoveDialog({ name, dependents, onClose }: RemoveDialogProps) {
  const [purge, setPurge] = useState(false);
  const [typed, setTyped] = useState("");
  const [fault, setFault] = useState<string | null>(null);
  const queries = useQueryClient();
  const gone = useMutation({ mutationFn: () => removeModule(name, purge), onSuccess: onClose, onSettled: () => queries.invalidateQueries({ queryKey: ["admin"] }) });
  const needed = dependents.length > 0;
  function submit(event: FormEvent): void {
    event.preventDefault();
    const wrong = purge && typed.trim() !== name ? `Type ${name} to delete its data for good.` : null;
    setFault(wrong);
    if (wrong === null && !gone.isPending) gone.mutate();
  }
  return (
    <Dialog open title={`Remove ${name}?`} onClose={onClose}>
      <form noValidate onSubmit={submit} className="mt-4 space-y-4">
        {needed && (
          <Notice tone="warning" title="Other modules need it">
            <ul>
              {dependents.map((each) => (
                <li key={each}>{each}</li>
              ))}
            </ul>
            <p>Remove what needs it first, or switch {name} off instead.</p>
          </Notice>
        )}
        <p className="text-sm text-muted-foreground">It is not asked any more, on every host. Tools that must not run without it stop answering.</p>
        {!needed && (
          <>
            <CheckField label="Delete its data too" name="purge" hint="Its tables, values, settings and secrets. Otherwise they are kept, and are there again when it is installed again." checked={purge} onChange={(event) => setPurge(event.target.checked)} />
            {purge && <TextField label={`To confirm, type ${name}`} name="confirm" autoComplete="off" spellCheck={false} value={typed} error={fault} onChange={(event) => setTyped(event.target.value)} />}
          </>
        )}
        {gone.isError && <Refusal error={gone.error} title="It was not removed" />}
        <div className="flex justify-end gap-2">
          <Button variant="ghost" onClick={onClose}>
            {needed ? "Close" : "Cancel"}
          </Button>
          {!needed && (
            <Button type="submit" variant="danger" disabled={gone.isPending}>
              {purge ? "Remove it and its data" : "Remove"}
            </Button>
          )}
        </div>
      </form>
    </Dialog>
  );
}
