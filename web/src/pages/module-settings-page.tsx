// SPDX-License-Identifier: AGPL-3.0-or-later
import { useQuery } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import { useState } from "react";
import { type SettingsPlace, moduleSettingsQuery, settableModulesQuery } from "@/api/module-settings";
import { groupsQuery } from "@/api/users";
import { InForce } from "@/components/module-settings/in-force";
import { SecretList } from "@/components/module-settings/secret-list";
import { SettingsForm } from "@/components/module-settings/settings-form";
import { EmptyState, PageBody, PageHeader, Section } from "@/components/page";
import { QueryView } from "@/components/query-view";
import { Card } from "@/components/ui/card";
import { SelectField } from "@/components/ui/field";
import { GroupSelect } from "@/components/users/group-select";
import { secretsOf } from "@/lib/module-settings";
import { isAdmin } from "@/lib/roles";

const route = getRouteApi("/authed/admin/module-settings");

/** What modules are told: in the whole system, and in groups with everything below them. */
export function ModuleSettingsPage() {
  const { me } = route.useRouteContext();
  const { group, module } = route.useSearch();
  const navigate = route.useNavigate();
  const groups = useQuery(groupsQuery);
  // Somebody who does not look after the system begins with the first group.
  const chosen = group ?? (isAdmin(me) ? null : groups.data?.groups[0]?.id);
  const go = (next: { group?: string | undefined; module?: string | undefined }) => {
    const { group: to = "", module: of = "" } = { group, module, ...next };
    void navigate({ search: { ...(to ? { group: to } : {}), ...(of ? { module: of } : {}) }, replace: true });
  };
  return (
    <PageBody>
      <PageHeader title="Module settings" description="What is set for a group holds for everything below it. Tools may add to it, or only narrow it where the module says so." />
      <div className="mb-6 grid max-w-3xl gap-4 sm:grid-cols-2">
        <GroupSelect label="For" name="group" none={isAdmin(me) ? "The whole system" : "Choose a group"} value={chosen ?? ""} onChange={(event) => go({ group: event.target.value || undefined })} />
        {chosen !== undefined && <ModuleSelect group={chosen} value={module ?? ""} onChange={(name) => go({ module: name || undefined })} />}
      </div>
      {chosen === undefined && groups.isSuccess && <EmptyState title="You look after no group" />}
      {chosen !== undefined && module !== undefined && <SettingsOf key={`${chosen ?? ""} ${module}`} place={{ module, group: chosen }} />}
    </PageBody>
  );
}

function ModuleSelect({ group, value, onChange }: { group: string | null; value: string; onChange: (name: string) => void }) {
  const modules = useQuery(settableModulesQuery(group));
  const names = (modules.data ?? []).filter((module) => module.has_settings).map((module) => module.name);
  const hint = modules.isError ? "The modules could not be read. Reload the page to try again." : modules.data && names.length === 0 ? "No module that is installed has settings." : undefined;
  return (
    <SelectField label="Module" name="module" value={value} onChange={(event) => onChange(event.target.value)} hint={hint}>
      <option value="">{modules.isPending ? "Loading…" : "Choose a module"}</option>
      {[...new Set([...names, ...(value ? [value] : [])])].map((name) => (
        <option key={name} value={name}>
          {name}
        </option>
      ))}
    </SelectField>
  );
}

function SettingsOf({ place }: { place: SettingsPlace }) {
  const query = useQuery(moduleSettingsQuery(place));
  const [round, setRound] = useState(0);
  const reload = () => void query.refetch().then(() => setRound((now) => now + 1));
  return (
    <QueryView query={query}>
      {(found) =>
        found.data.schema === null ? (
          <EmptyState title="This module has no settings" />
        ) : (
          <div className="grid items-start gap-6 lg:grid-cols-[3fr_2fr]">
            <div className="space-y-6">
              <Section title="Set here" id="set">
                <Card className="p-5">
                  <SettingsForm key={round} place={place} found={found} schema={found.data.schema} onReload={reload} />
                </Card>
              </Section>
              {secretsOf(found.data.schema).length > 0 && (
                <Section title="Secrets" id="secrets">
                  <Card className="p-5">
                    <SecretList place={place} found={found} onReload={reload} />
                  </Card>
                </Section>
              )}
            </div>
            <div>
              <Section title="What holds now" id="holds">
                <InForce place={place} schema={found.data.schema} />
              </Section>
            </div>
          </div>
        )
      }
    </QueryView>
  );
}
