// SPDX-License-Identifier: AGPL-3.0-or-later
import { SendHorizontal } from "lucide-react";
import { type KeyboardEvent, type Ref, useId, useImperativeHandle, useLayoutEffect, useRef, useState } from "react";
import { Button } from "@/components/ui/button";
import { Textarea } from "@/components/ui/form-controls";
import { cn } from "@/lib/cn";
import { readDraft, writeDraft } from "@/lib/drafts";

export const maxCharacters = 32_000;
const counterFrom = 28_000;

export interface ComposerHandle {
  /** Puts text into the box, before what is already there, and the cursor after it. */
  restore: (text: string) => void;
  focus: () => void;
}

interface ComposerProps {
  ref?: Ref<ComposerHandle>;
  draft: string;
  /** An answer is on its way: the next message can be written, and sent afterwards. */
  busy: boolean;
  onSend: (text: string) => void;
}

/** Where a message is written. Every keystroke is kept under the draft's key. */
export function Composer({ ref, draft, busy, onSend }: ComposerProps) {
  const [text, setText] = useState(() => readDraft(draft));
  const box = useRef<HTMLTextAreaElement>(null);
  const id = useId();
  // The server counts characters, not UTF-16 units.
  const length = [...text].length;
  const tooLong = length > maxCharacters;
  const ready = !busy && !tooLong && text.trim() !== "";

  useLayoutEffect(() => {
    const area = box.current!;
    area.style.height = "auto";
    area.style.height = `${Math.min(area.scrollHeight + 2, 220)}px`;
  }, [text]);

  useImperativeHandle(ref, () => ({
    restore: (back) => {
      change(text.trim() === "" ? back : `${back}\n${text}`);
      box.current?.focus();
    },
    focus: () => box.current?.focus(),
  }));

  function change(next: string): void {
    setText(next);
    writeDraft(draft, next);
  }

  function submit(): void {
    if (!ready) return;
    change(""); // who sends it keeps it from now on
    onSend(text);
  }

  function onKeyDown(event: KeyboardEvent): void {
    if (event.key !== "Enter" || event.shiftKey || event.nativeEvent.isComposing) return;
    event.preventDefault();
    submit();
  }

  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        submit();
      }}
    >
      <label htmlFor={id} className="sr-only">
        Your message
      </label>
      <div className="flex items-end gap-2">
        <Textarea
          id={id}
          ref={box}
          rows={1}
          value={text}
          placeholder="Write a message"
          aria-describedby={`${id}-help`}
          aria-invalid={tooLong}
          onChange={(event) => change(event.target.value)}
          onKeyDown={onKeyDown}
          className="min-h-11 resize-none rounded-xl py-2.5"
        />
        <Button type="submit" size="lg" aria-disabled={!ready} className={cn("px-4", !ready && "opacity-55")} aria-label="Send">
          <SendHorizontal aria-hidden />
        </Button>
      </div>
      <p id={`${id}-help`} className="mt-1.5 flex justify-between gap-4 px-1 text-xs text-muted-foreground">
        <span className="max-sm:sr-only">Enter sends, Shift and Enter makes a new line.</span>
        {length >= counterFrom && (
          <span role="status" className={cn(tooLong && "font-semibold text-danger-foreground")}>
            {length.toLocaleString()} of {maxCharacters.toLocaleString()} characters
          </span>
        )}
      </p>
    </form>
  );
}
