// SPDX-License-Identifier: AGPL-3.0-or-later
import { useQuery } from "@tanstack/react-query";
import { useId, useLayoutEffect, useRef, useState } from "react";
import { moduleLogQuery } from "@/api/queries";
import type { LogLevel, ModuleLine } from "@/api/types";
import { QueryView } from "@/components/query-view";
import { Input, Label, Select } from "@/components/ui/form-controls";
import { cn } from "@/lib/cn";
import { formatDateTime } from "@/lib/format";
import { linesFrom, logLevels } from "@/lib/modules";

const choices: Record<LogLevel, string> = { debug: "Everything", info: "Information and worse", warn: "Warnings and errors", error: "Errors alone" };
const looks: Record<LogLevel, string> = { debug: "text-muted-foreground", info: "text-muted-foreground", warn: "text-warning-foreground", error: "text-danger-foreground" };

/** What a module has logged, the newest below; follows it while the reader stays at the end. */
export function LogTail({ name }: { name: string }) {
  const [least, setLeast] = useState<LogLevel>("debug");
  const [text, setText] = useState("");
  const [follow, setFollow] = useState(true);
  const log = useQuery({ ...moduleLogQuery(name), refetchInterval: follow ? 2000 : false });
  const id = useId();
  return (
    <div className="mt-3 space-y-3">
      <div className="flex flex-wrap items-center gap-3">
        <Label htmlFor={id}>Show</Label>
        <Select id={id} className="w-56" value={least} onChange={(event) => setLeast(event.target.value as LogLevel)}>
          {logLevels.map((level) => (
            <option key={level} value={level}>
              {choices[level]}
            </option>
          ))}
        </Select>
        <Input type="search" aria-label={`Search the log of ${name}`} placeholder="Search" className="w-56" value={text} onChange={(event) => setText(event.target.value)} />
        <label className="flex items-center gap-2 text-sm">
          <input type="checkbox" className="size-4 accent-primary" checked={follow} onChange={(event) => setFollow(event.target.checked)} /> Follow
        </label>
      </div>
      <QueryView query={log}>{(lines) => <Lines name={name} lines={linesFrom(lines, least, text)} none={lines.length === 0 ? "It has not logged anything." : "Nothing of that kind."} />}</QueryView>
    </div>
  );
}

function Lines({ name, lines, none }: { name: string; lines: ModuleLine[]; none: string }) {
  const box = useRef<HTMLDivElement>(null);
  const atEnd = useRef(true);
  const last = lines.at(-1)?.id;
  useLayoutEffect(() => {
    if (box.current && atEnd.current) box.current.scrollTop = box.current.scrollHeight;
  }, [last, lines.length]);
  if (lines.length === 0) return <p className="text-sm text-muted-foreground">{none}</p>;
  return (
    <div
      ref={box}
      role="log"
      aria-live="off"
      aria-label={`Log of ${name}`}
      tabIndex={0}
      className="max-h-72 overflow-y-auto rounded-xl border bg-background p-3 font-mono text-xs"
      onScroll={({ currentTarget: { scrollHeight, scrollTop, clientHeight } }) => {
        atEnd.current = scrollHeight - scrollTop - clientHeight < 8;
      }}
    >
      <ol className="space-y-1">
        {lines.map(({ at, host, id, level, text }) => (
          <li key={id} className="wrap-anywhere" title={`${formatDateTime(at)}, ${host}`}>
            <time dateTime={at} className="text-muted-foreground">
              {at.slice(11, 19)}
            </time>{" "}
            <span className={cn("font-semibold", looks[level])}>{level}</span> {text}
          </li>
        ))}
      </ol>
    </div>
  );
}
