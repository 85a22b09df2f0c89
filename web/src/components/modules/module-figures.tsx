// SPDX-License-Identifier: AGPL-3.0-or-later
import type { ReactNode } from "react";
import type { Module, ModuleMetric, ModuleRoom, ModuleService } from "@/api/types";
import { Badge } from "@/components/ui/badge";
import { formatNumber } from "@/lib/chart";
import { plural } from "@/lib/format";
import { formatMicros, roomLabel } from "@/lib/modules";

/** What a module asks of its host, what it counts itself, and its further processes, since this host started it. */
export function ModuleFigures({ module: { services, metrics, rooms } }: { module: Module }) {
  if (services.length + metrics.length + rooms.length === 0) return <p className="text-sm text-muted-foreground">It has asked its host for nothing, and counts nothing itself.</p>;
  return (
    <div className="space-y-5">
      {rooms.length > 0 && <Rooms rooms={rooms} />}
      {services.length > 0 && <Services services={services} />}
      {metrics.length > 0 && <Metrics metrics={metrics} />}
    </div>
  );
}

const roomNames: Record<string, string> = { pages: "Pages: its addresses, panels and files", work: "Work: its jobs and events", lessons: "Lessons: its hooks" };

function Rooms({ rooms }: { rooms: ModuleRoom[] }) {
  return (
    <div>
      <Heading>Its further processes</Heading>
      <ul className="divide-y rounded-xl border text-sm">
        {rooms.map((room) => {
          const [label, tone] = roomLabel(room);
          const reason = room.reason || (room.state === "running" && room.circuit?.reason) || (room.last_failure && `Last failure: ${room.last_failure}`);
          return (
            <li key={room.name} className="flex flex-wrap items-center gap-x-3 gap-y-1 px-3 py-2" data-room={room.name}>
              <span className="font-medium">{roomNames[room.name] ?? room.name}</span>
              <Badge tone={tone}>{label}</Badge>
              <span className="text-muted-foreground">{plural(room.restarts, "restart")}</span>
              {reason && <span className="w-full text-muted-foreground wrap-anywhere">{reason}</span>}
            </li>
          );
        })}
      </ul>
    </div>
  );
}

function Services({ services }: { services: ModuleService[] }) {
  return (
    <Figures
      title="What it asks of its host"
      heads={["Service", "Asked", "Refused", "Failed", "Half within", "99 of 100 within", "Longest"]}
      rows={services.map((each) => [
        each.offered ? each.name : `${each.name} (not granted)`,
        each.calls.toLocaleString(),
        each.refused.toLocaleString(),
        each.failures.toLocaleString(),
        formatMicros(each.p50_us),
        formatMicros(each.p99_us),
        formatMicros(each.max_us),
      ])}
    />
  );
}

function Metrics({ metrics }: { metrics: ModuleMetric[] }) {
  const figure = (value: number | undefined) => (value === undefined ? "–" : formatNumber(value));
  return (
    <Figures
      title="What it counts itself"
      heads={["Figure", "Count", "Sum", "Least", "Half within", "99 of 100 within", "Most"]}
      rows={metrics.map((each) => [each.name, each.count.toLocaleString(), figure(each.sum), figure(each.min), figure(each.p50), figure(each.p99), figure(each.max)])}
    />
  );
}

function Heading({ children }: { children: ReactNode }) {
  return <h4 className="mb-2 text-sm font-semibold text-muted-foreground">{children}</h4>;
}

function Figures({ title, heads, rows }: { title: string; heads: string[]; rows: string[][] }) {
  return (
    <div>
      <Heading>{title}</Heading>
      <div className="overflow-x-auto rounded-xl border" tabIndex={0} role="group" aria-label={title}>
        <table className="w-full text-sm">
          <caption className="sr-only">{title}</caption>
          <thead>
            <tr className="border-b text-muted-foreground">
              {heads.map((head, index) => (
                <th key={head} scope="col" className={`px-3 py-2 font-semibold ${index === 0 ? "text-left" : "text-right"}`}>
                  {head}
                </th>
              ))}
            </tr>
          </thead>
          <tbody className="divide-y">
            {rows.map(([name, ...figures]) => (
              <tr key={name}>
                <th scope="row" className="px-3 py-1.5 text-left font-normal wrap-anywhere">
                  {name}
                </th>
                {figures.map((each, index) => (
                  <td key={index} className="px-3 py-1.5 text-right whitespace-nowrap tabular-nums">
                    {each}
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </div>
  );
}
