// SPDX-License-Identifier: AGPL-3.0-or-later
import { type KeyboardEvent, useEffect, useId, useRef, useState } from "react";
import { Button } from "@/components/ui/button";
import { Textarea } from "@/components/ui/form-controls";
import { maxCharacters } from "./composer";

interface EditMessageProps {
  text: string;
  onSend: (text: string) => void;
  onCancel: () => void;
}

/** An own message being written anew, in its place. */
export function EditMessage({ text, onSend, onCancel }: EditMessageProps) {
  const [now, setNow] = useState(text);
  const box = useRef<HTMLTextAreaElement>(null);
  const id = useId();
  const tooLong = [...now].length > maxCharacters;
  const ready = now.trim() !== "" && !tooLong;

  useEffect(() => {
    box.current?.focus();
    box.current?.setSelectionRange(text.length, text.length);
  }, [text]);

  function onKeyDown(event: KeyboardEvent): void {
    if (event.nativeEvent.isComposing) return;
    if (event.key === "Escape") onCancel();
    if (event.key !== "Enter" || event.shiftKey) return;
    event.preventDefault();
    if (ready) onSend(now);
  }

  return (
    <form
      data-editing
      className="space-y-2 rounded-2xl border border-primary/40 bg-card p-3"
      onSubmit={(event) => {
        event.preventDefault();
        if (ready) onSend(now);
      }}
    >
      <label htmlFor={id} className="block px-1 text-xs font-semibold text-muted-foreground">
        Change your message
      </label>
      <Textarea id={id} ref={box} rows={3} value={now} aria-describedby={`${id}-hint`} aria-invalid={tooLong} onChange={(event) => setNow(event.target.value)} onKeyDown={onKeyDown} />
      <p id={`${id}-hint`} className="px-1 text-xs text-muted-foreground">
        {tooLong ? `That is too long: ${maxCharacters.toLocaleString()} characters at most. ` : ""}
        What follows gives way to a new answer. Earlier versions are kept, and your teacher can read them.
      </p>
      <div className="flex justify-end gap-2">
        <Button size="sm" variant="ghost" onClick={onCancel}>
          Cancel
        </Button>
        <Button size="sm" type="submit" disabled={!ready}>
          Send
        </Button>
      </div>
    </form>
  );
}
