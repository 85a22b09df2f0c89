// SPDX-License-Identifier: AGPL-3.0-or-later
import { CircleStop, Clock } from "lucide-react";
import { useEffect, useState } from "react";
import { Button } from "@/components/ui/button";
import { formatTime, formatUntil } from "@/lib/format";
import type { Exchange } from "./turns";

/** Minutes before the end from which it is said. */
const nearMinutes = 10;

interface TurnBarProps {
  exchange: Exchange | null;
  endsAt: string | null;
  /** `byKey` when the button was pressed on a keyboard: then the focus needs a new place. */
  onStop: (byKey: boolean) => void;
}

/** Above the box: how long there is, and how to end an answer that is being written. */
export function TurnBar({ exchange, endsAt, onStop }: TurnBarProps) {
  return (
    <div className="flex flex-wrap items-center gap-x-4 gap-y-1 pb-2 empty:hidden">
      {endsAt !== null && <TimeLeft endsAt={endsAt} />}
      {exchange && (
        <Button size="sm" variant="outline" className="ml-auto" disabled={exchange.stopping} onClick={(event) => onStop(event.detail === 0)}>
          <CircleStop aria-hidden /> {exchange.stopping ? "Stopping…" : "Stop"}
        </Button>
      )}
    </div>
  );
}

function TimeLeft({ endsAt }: { endsAt: string }) {
  const now = useNow(10_000);
  const left = Date.parse(endsAt) - now;
  if (!(left < nearMinutes * 60_000)) return null;
  return (
    <p data-time-left className="flex items-center gap-1.5 text-xs font-medium text-warning-foreground">
      <Clock aria-hidden className="size-3.5 shrink-0" />
      {left > 0 ? `This conversation ends at ${formatTime(new Date(endsAt))}, ${formatUntil(new Date(endsAt), now)}.` : "The time of this conversation is over."}
    </p>
  );
}

function useNow(everyMs: number): number {
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), everyMs);
    return () => clearInterval(timer);
  }, [everyMs]);
  return now;
}
