// SPDX-License-Identifier: AGPL-3.0-or-later
import { useQuery } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import { useState } from "react";
import { type Place, settingsQuery } from "@/api/ai";
import { groupsQuery } from "@/api/users";
import { AiTabs } from "@/components/ai/ai-tabs";
import { ResolvedView } from "@/components/ai/resolved-view";
import { SettingsForm } from "@/components/ai/settings-form";
import { EmptyState, PageBody, PageHeader, Section } from "@/components/page";
import { QueryView } from "@/components/query-view";
import { Card } from "@/components/ui/card";
import { GroupSelect } from "@/components/users/group-select";
import { isAdmin } from "@/lib/roles";

const route = getRouteApi("/authed/admin/ai/settings");

/** Limits and budgets of the system and of groups, each over everything below it. */
export function AiSettingsPage() {
  const { me } = route.useRouteContext();
  const { group } = route.useSearch();
  const navigate = route.useNavigate();
  const groups = useQuery(groupsQuery);
  // Somebody who does not look after the system begins with the first group.
  const chosen = group ?? (isAdmin(me) ? "" : groups.data?.groups[0]?.id);
  return (
    <PageBody>
      <PageHeader title="AI limits and budgets" description="What is set for a group holds for everything below it, together with what is set above." />
      <AiTabs me={me} />
      <div className="mb-6 max-w-md">
        <GroupSelect label="For" name="group" none={isAdmin(me) ? "The whole system" : "Choose a group"} value={chosen ?? ""} onChange={(event) => void navigate({ search: event.target.value ? { group: event.target.value } : {}, replace: true })} />
      </div>
      {chosen || isAdmin(me) ? <AiSettingsOf key={chosen} place={chosen ? { kind: "group", id: chosen } : { kind: "system" }} /> : groups.isSuccess && <EmptyState title="You look after no group" />}
    </PageBody>
  );
}

export function AiSettingsOf({ place }: { place: Place }) {
  const query = useQuery(settingsQuery(place));
  const [round, setRound] = useState(0);
  const reload = () => void query.refetch().then(() => setRound((now) => now + 1));
  return (
    <div className="grid items-start gap-6 lg:grid-cols-[3fr_2fr]">
      <div>
        <Section title="Set here" id="set">
          <QueryView query={query}>
            {(found) => (
              <Card className="p-5">
                <SettingsForm key={round} place={place} found={found} onReload={reload} />
              </Card>
            )}
          </QueryView>
        </Section>
      </div>
      <div>
        <Section title="What holds now" id="holds">
          <ResolvedView place={place} />
        </Section>
      </div>
    </div>
  );
}
