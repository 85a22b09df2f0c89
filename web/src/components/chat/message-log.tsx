// SPDX-License-Identifier: AGPL-3.0-or-later
import { ArrowDown } from "lucide-react";
import { type ReactNode, useCallback, useLayoutEffect, useRef, useState } from "react";
import { Button } from "@/components/ui/button";

const nearEnd = 80; // pixels: closer than this to the end, the reader is following along

interface MessageLogProps {
  /** Changes when the reader sends something: then the end is shown wherever they were. */
  sends: number;
  children: ReactNode;
}

/** The scrolling conversation. It follows the newest text unless the reader has scrolled up to read. */
export function MessageLog({ sends, children }: MessageLogProps) {
  const box = useRef<HTMLDivElement>(null);
  const content = useRef<HTMLDivElement>(null);
  const following = useRef(true);
  const [showJump, setShowJump] = useState(false);

  const toEnd = useCallback(() => {
    following.current = true;
    setShowJump(false);
    if (box.current) box.current.scrollTop = box.current.scrollHeight;
  }, []);

  useLayoutEffect(toEnd, [sends, toEnd]);
  useLayoutEffect(() => {
    // Answers grow as they stream in, and again when their fonts arrive: the size says more than the text.
    const observer = new ResizeObserver(() => {
      if (following.current) toEnd();
      else setShowJump(true);
    });
    observer.observe(content.current!);
    return () => observer.disconnect();
  }, [toEnd]);

  function onScroll(): void {
    const { scrollTop, scrollHeight, clientHeight } = box.current!;
    following.current = scrollHeight - scrollTop - clientHeight < nearEnd;
    if (following.current) setShowJump(false);
  }

  return (
    <div className="relative min-h-0 flex-1">
      <div ref={box} onScroll={onScroll} tabIndex={0} role="region" aria-label="Conversation" className="absolute inset-0 overflow-y-auto overscroll-contain focus-visible:-outline-offset-2">
        <div ref={content} className="mx-auto flex max-w-3xl flex-col gap-5 px-4 py-6">{children}</div>
      </div>
      {showJump && (
        <Button variant="outline" size="sm" onClick={toEnd} className="absolute bottom-3 left-1/2 -translate-x-1/2 rounded-full shadow-md">
          <ArrowDown aria-hidden /> Newest message
        </Button>
      )}
    </div>
  );
}
