// SPDX-License-Identifier: AGPL-3.0-or-later
import { Pencil, RotateCcw } from "lucide-react";
import { Fragment, useEffect, useRef, useState } from "react";
import type { Message, SessionDetail } from "@/api/types";
import { Button } from "@/components/ui/button";
import { gapsBefore } from "@/lib/versions";
import { EarlierVersions } from "./earlier-versions";
import { EditMessage } from "./edit-message";
import { MessageBubble } from "./message-bubble";

interface MessageListProps {
  session: SessionDetail;
  /** Messages from this number on give way to the turn under way. */
  hiddenFrom: number;
  /** Whether anything may be written now. */
  open: boolean;
  onEdit: (message: Message, text: string) => void;
  onRegenerate: (answer: Message) => void;
}

/** The own conversation as it is stored, with what can be done about each message. */
export function MessageList({ session, hiddenFrom, open, onEdit, onRegenerate }: MessageListProps) {
  const [edited, setEdited] = useState<number | null>(null);
  const back = useRef<number | null>(null);
  const shown = session.messages.filter(({ seq }) => seq < hiddenFrom);
  const gaps = gapsBefore(shown);
  const name = (message: Message) => (message.role === "user" ? "You" : session.tool.name);

  // The focus goes back to where it came from.
  useEffect(() => {
    if (edited === null && back.current !== null) document.getElementById(editId(back.current))?.focus();
    back.current = edited;
  }, [edited]);

  return shown.map((message, index) => {
    const { id, seq } = message;
    const gap = gaps.get(seq);
    const last = index === shown.length - 1;
    return (
      <Fragment key={id}>
        {gap && <EarlierVersions session={session} gap={gap} kind={message.role === "user" ? "question" : "answer"} nameOf={name} />}
        {open && edited === seq ? (
          <EditMessage
            text={message.content}
            onCancel={() => setEdited(null)}
            onSend={(text) => {
              back.current = null;
              setEdited(null);
              onEdit(message, text);
            }}
          />
        ) : (
          <MessageBubble own message={message} author={name(message)} actions={open && <Actions message={message} last={last} onEdit={() => setEdited(seq)} onAgain={() => (message.role === "user" ? onEdit(message, message.content) : onRegenerate(message))} />} />
        )}
      </Fragment>
    );
  });
}

const editId = (seq: number) => `edit-${seq}`;

function Actions({ message, last, onEdit, onAgain }: { message: Message; last: boolean; onEdit: () => void; onAgain: () => void }) {
  const { role, seq, meta } = message;
  const again = last && (role === "assistant" || meta?.interrupted === true);
  if (role !== "user" && !again) return null;
  return (
    <div className="flex gap-1">
      {role === "user" && (
        <Button id={editId(seq)} variant="ghost" size="sm" className="h-7 px-2 text-xs text-muted-foreground" aria-label={`Edit message ${seq}`} onClick={onEdit}>
          <Pencil aria-hidden className="size-3.5" /> Edit
        </Button>
      )}
      {again && (
        <Button variant="ghost" size="sm" className="h-7 px-2 text-xs text-muted-foreground" onClick={onAgain}>
          <RotateCcw aria-hidden className="size-3.5" /> {meta?.interrupted ? "Ask again" : "Regenerate"}
        </Button>
      )}
    </div>
  );
}
