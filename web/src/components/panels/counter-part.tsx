// SPDX-License-Identifier: AGPL-3.0-or-later
import type { Counters, Tone } from "@/api/panels";
import { cn } from "@/lib/cn";
import { formatNumber } from "@/lib/chart";

const looks: Record<Tone, { box: string; word: string | null }> = {
  neutral: { box: "bg-muted", word: null },
  good: { box: "bg-primary-soft text-primary-soft-foreground", word: "Good" },
  warning: { box: "bg-warning-soft text-warning-foreground", word: "Needs a look" },
  bad: { box: "bg-danger-soft text-danger-foreground", word: "Bad" },
};

/** Single figures side by side. What a color says is said in a word as well. */
export function CounterPart({ counters }: { counters: Counters }) {
  return (
    <dl className="grid grid-cols-[repeat(auto-fit,minmax(8.5rem,1fr))] gap-3">
      {counters.items.map(({ label, value, unit, note, tone }, index) => (
        <div key={index} className={cn("rounded-xl p-3", looks[tone].box)} data-tone={tone}>
          <dt className={cn("text-sm wrap-anywhere", tone === "neutral" && "text-muted-foreground")}>
            {label}
            {looks[tone].word && <span className="sr-only">: {looks[tone].word}</span>}
          </dt>
          <dd className="mt-0.5 text-2xl font-bold tracking-tight wrap-anywhere tabular-nums">
            {typeof value === "number" ? formatNumber(value) : value}
            {unit && <span className="ml-1 text-sm font-normal">{unit}</span>}
          </dd>
          {note && <dd className={cn("text-xs wrap-anywhere", tone === "neutral" && "text-muted-foreground")}>{note}</dd>}
        </div>
      ))}
    </dl>
  );
}
