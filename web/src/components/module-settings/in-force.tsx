// SPDX-License-Identifier: AGPL-3.0-or-later
import { useQuery } from "@tanstack/react-query";
import { type SettingsPlace, moduleSettingsInForceQuery } from "@/api/module-settings";
import type { JsonObject } from "@/api/types";
import { QueryView } from "@/components/query-view";
import { Card } from "@/components/ui/card";
import { propertyTitle, whatToolsMay, whereFrom } from "@/lib/module-settings";

/** What holds here before any tool, and where it comes from. */
export function InForce({ place, schema }: { place: SettingsPlace; schema: JsonObject | null }) {
  const query = useQuery(moduleSettingsInForceQuery(place));
  return (
    <QueryView query={query}>
      {({ properties }) => (
        <Card data-in-force className="p-5 text-sm">
          <dl className="space-y-4">
            {properties.map((property) => {
              const limit = whatToolsMay(property);
              return (
                <div key={property.name} data-property={property.name} className="min-w-0">
                  <dt className="font-semibold wrap-anywhere">{propertyTitle(schema, property.name)}</dt>
                  <dd className="wrap-anywhere">
                    {property.secret ? (property.set ? "Set" : "Not set") : property.value === null ? "Not set" : <code>{JSON.stringify(property.value)}</code>}
                    <span className="text-muted-foreground">, {whereFrom(property)}</span>
                    {limit && <span className="block text-muted-foreground">{limit}</span>}
                  </dd>
                </div>
              );
            })}
          </dl>
        </Card>
      )}
    </QueryView>
  );
}
