// SPDX-License-Identifier: AGPL-3.0-or-later
import { useQuery } from "@tanstack/react-query";
import { type ModuleRoute, moduleRoutesQuery } from "@/api/module-work";
import { moduleQuery } from "@/api/queries";
import { QueryView } from "@/components/query-view";
import { Badge } from "@/components/ui/badge";
import { plural } from "@/lib/format";
import { formatBytes } from "@/lib/market";

/** What a module shows and answers outside of conversations: its routes and its panels. */
export function RouteList({ name }: { name: string }) {
  const routes = useQuery(moduleRoutesQuery(name));
  return (
    <QueryView query={routes}>
      {(found) =>
        found.length === 0 ? (
          <p className="text-sm text-muted-foreground">It answers no address of its own, or does not run.</p>
        ) : (
          <ul aria-label={`Routes of ${name}`} className="divide-y text-sm">
            {found.map((route) => (
              <Row key={`${route.method} ${route.path}`} route={route} />
            ))}
          </ul>
        )
      }
    </QueryView>
  );
}

const callers: Record<ModuleRoute["access"], string> = {
  public: "everybody, without a login",
  user: "everybody who is logged in",
  teacher: "teachers",
  group_admin: "administrators of groups",
  system_admin: "administrators of the system",
};

function Row({ route: { access, body_bytes, method, path, problem, rate_per_minute, timeout_ms } }: { route: ModuleRoute }) {
  return (
    <li className="py-2 wrap-anywhere">
      <code>
        {method} {path}
      </code>{" "}
      {problem && <Badge tone="danger">Not offered</Badge>}
      <span className="block text-muted-foreground">
        For {callers[access] ?? access}; {plural(rate_per_minute, "request")} a minute each, bodies to {formatBytes(body_bytes)}, answers within {timeout_ms} ms
      </span>
      {problem && <span className="block text-danger-foreground">{problem}</span>}
    </li>
  );
}

const places: Record<string, string> = {
  class: "at a class",
  assignment: "at an assignment",
  session: "at a conversation",
  group: "at a group",
  home: "on the home page",
  system: "on the page of modules",
};

/** The panels that it declares, and where they are shown. */
export function PanelList({ name }: { name: string }) {
  const detail = useQuery(moduleQuery(name));
  return (
    <QueryView query={detail}>
      {({ manifest }) => {
        const panels = manifest?.panels ?? [];
        if (panels.length === 0) return <p className="text-sm text-muted-foreground">{manifest === null ? "This host cannot read its bundle." : "It shows none."}</p>;
        return (
          <ul aria-label={`Panels of ${name}`} className="divide-y text-sm">
            {panels.map(({ access, id, place, title }) => (
              <li key={id} className="py-2 wrap-anywhere">
                <span className="font-semibold">{title}</span>{" "}
                <span className="text-muted-foreground">
                  {places[place] ?? place}, for {callers[access as ModuleRoute["access"]] ?? access}
                </span>
              </li>
            ))}
          </ul>
        );
      }}
    </QueryView>
  );
}
