// SPDX-License-Identifier: AGPL-3.0-or-later
import { useQuery } from "@tanstack/react-query";
import { type Place, type ResolvedLimit, type Source, resolvedQuery } from "@/api/ai";
import { QueryView } from "@/components/query-view";
import { Card } from "@/components/ui/card";
import { fieldOf } from "@/lib/ai-fields";
import { dollars } from "@/lib/ai-numbers";
import { cn } from "@/lib/cn";
import { formatDue } from "@/lib/format";

/** What holds here, from where, and how much of it is used now. */
export function ResolvedView({ place }: { place: Place }) {
  const query = useQuery(resolvedQuery(place));
  return (
    <QueryView query={query}>
      {({ model, problem, fallback_models: fallbacks, limits, time_zone: zone }) => (
        <Card data-resolved className="space-y-4 p-5 text-sm">
          <p className="wrap-anywhere">
            {model ? (
              <>
                Asked first: <b>{model.id}</b>
                <From source={model.source} />
              </>
            ) : (
              <span className="font-medium text-danger-foreground">{problem ?? "No model is set: tools that name none cannot be used."}</span>
            )}
            {fallbacks.length > 0 && <span className="block text-muted-foreground">then {fallbacks.join(", then ")}</span>}
          </p>
          {limits.length === 0 ? <p className="text-muted-foreground">Nothing is limited.</p> : <ul className="space-y-4">{limits.map((limit) => <Limit key={`${limit.name} ${limit.source.kind} ${limit.source.id ?? ""}`} limit={limit} />)}</ul>}
          <p className="text-xs text-muted-foreground">Days and months begin at midnight in {zone}.</p>
        </Card>
      )}
    </QueryView>
  );
}

function From({ source }: { source: Source }) {
  const where = { class: "this class", group: source.name ?? "a group above", system: "the whole system", environment: "the server's own setting" }[source.kind];
  return <span className="text-muted-foreground">, from {where}</span>;
}

function Limit({ limit }: { limit: ResolvedLimit }) {
  const { name, used, reserved, value, resets_at: resets, source } = limit;
  const field = fieldOf(name);
  const say = (amount: number | string) => (field?.kind === "money" ? dollars(String(amount)) : Number(amount).toLocaleString());
  return (
    <li data-limit={name} className="space-y-1">
      <p>
        <b>{field?.label ?? name}</b>
        <From source={source} />
      </p>
      {used === null ? (
        <p className="text-muted-foreground">
          {say(value)}
          {name.startsWith("user_") && " for each person"}
        </p>
      ) : (
        <>
          <Bar label={field?.label ?? name} share={shareOf(used, value)} />
          <p className="text-muted-foreground">
            {say(used)} of {say(value)} used{Number(reserved) > 0 && `, up to ${say(reserved!)} more by answers on their way`}
            {resets && `, anew from ${formatDue(resets)}`}
          </p>
        </>
      )}
    </li>
  );
}

const shareOf = (used: number | string, value: number | string) => (Number(value) > 0 ? Math.min(Number(used) / Number(value), 1) : 1);

function Bar({ label, share }: { label: string; share: number }) {
  const percent = Math.round(share * 100);
  return (
    <svg role="img" aria-label={`${label}: ${percent}% used`} viewBox="0 0 100 3" preserveAspectRatio="none" className="block h-2 w-full rounded-full bg-muted">
      <rect width={percent} height="3" className={cn(share >= 1 ? "fill-danger" : share >= 0.8 ? "fill-warning-border" : "fill-primary")} />
    </svg>
  );
}
