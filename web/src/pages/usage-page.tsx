// SPDX-License-Identifier: AGPL-3.0-or-later
import { useQuery } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import { Download } from "lucide-react";
import { type UsageFilter, usageByDayQuery, usageExportHref, usageSummaryQuery } from "@/api/usage";
import { AiTabs } from "@/components/ai/ai-tabs";
import { EmptyState, PageBody, PageHeader, Section } from "@/components/page";
import { QueryView } from "@/components/query-view";
import { Button } from "@/components/ui/button";
import { SelectField } from "@/components/ui/field";
import { Notice } from "@/components/ui/notice";
import { UsageByDay, UsageShares } from "@/components/usage/usage-tables";
import { UsageTiles } from "@/components/usage/usage-tiles";
import { GroupSelect } from "@/components/users/group-select";
import { type Period, daysOf, periodNames, periods } from "@/lib/days";
import { isUserAdmin } from "@/lib/roles";

const route = getRouteApi("/authed/admin/ai/usage");
const isPeriod = (text: string | undefined): text is Period => periods.some((each) => each === text);

/** What AI was used for and what it cost: of groups for administrators, of the own classes for teachers. */
export function UsagePage() {
  const { me } = route.useRouteContext();
  const { period, group, module } = route.useSearch();
  const navigate = route.useNavigate();
  const chosen = isPeriod(period) ? period : "this-month";
  const filter: UsageFilter = { ...daysOf(chosen), ...(group ? { group_id: group } : {}), ...(module ? { module } : {}) };
  const show = (changes: { period?: string; group?: string; module?: string }) => void navigate({ search: (now: object) => ({ ...now, ...changes }), replace: true });
  return (
    <PageBody>
      <PageHeader
        title="AI usage"
        description={isUserAdmin(me) ? "What was asked and what it cost, by the days of those who pay." : "What your classes have asked and what it cost."}
        actions={
          <a href={usageExportHref(filter)} download className="inline-flex items-center gap-2 rounded-lg border px-4 py-2 text-sm font-semibold hover:bg-accent [&_svg]:size-4">
            <Download aria-hidden /> Export as CSV
          </a>
        }
      />
      {isUserAdmin(me) && <AiTabs me={me} />}
      <search className="mb-6 grid gap-3 sm:grid-cols-2 lg:max-w-2xl">
        <SelectField label="Period" name="period" value={chosen} onChange={(event) => show({ period: event.target.value })}>
          {periods.map((each) => (
            <option key={each} value={each}>
              {periodNames[each]}
            </option>
          ))}
        </SelectField>
        {isUserAdmin(me) && <GroupSelect label="Group" name="group" none="All groups" value={group ?? ""} onChange={(event) => show({ group: event.target.value || undefined })} />}
      </search>
      {module && (
        <Notice
          tone="info"
          title={`Only what the module ${module} has asked for by itself`}
          className="mb-6"
          actions={
            <Button size="sm" variant="outline" onClick={() => show({ module: undefined })}>
              Show everything
            </Button>
          }
        />
      )}
      <Report filter={filter} />
    </PageBody>
  );
}

function Report({ filter }: { filter: UsageFilter }) {
  const summary = useQuery(usageSummaryQuery(filter));
  const byDay = useQuery(usageByDayQuery(filter));
  return (
    <QueryView query={summary}>
      {(found) =>
        found.requests === 0 ? (
          <EmptyState title="Nothing was used in this period">{filter.module ? "The module has asked for nothing by itself." : "Choose another period or group."}</EmptyState>
        ) : (
          <>
            <UsageTiles summary={found} />
            <Section title="By model" id="by-model">
              <UsageShares of="by-model" filter={filter} />
            </Section>
            <Section title="By tool" id="by-tool">
              <UsageShares of="by-tool" filter={filter} />
            </Section>
            {!filter.module && (
              <Section title="By module" id="by-module">
                <p className="mb-3 text-sm text-muted-foreground">What modules have asked for by themselves. It is part of the figures above.</p>
                <UsageShares of="by-module" filter={filter} />
              </Section>
            )}
            <Section title="By group" id="by-group">
              <p className="mb-3 text-sm text-muted-foreground">A group’s figures include those of the groups below it.</p>
              <UsageShares of="by-group" filter={filter} />
            </Section>
            <Section title="By person" id="by-user">
              <UsageShares of="by-user" filter={filter} />
            </Section>
            <Section title="By day" id="by-day">
              <QueryView query={byDay}>{(days) => <UsageByDay days={filter} found={days} />}</QueryView>
            </Section>
          </>
        )
      }
    </QueryView>
  );
}
