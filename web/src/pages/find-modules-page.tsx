// SPDX-License-Identifier: AGPL-3.0-or-later
import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { Link, getRouteApi } from "@tanstack/react-router";
import type { ModuleFilter } from "@/api/market-types";
import { type OfferedModule, marketStateQuery, offeredModulesQuery } from "@/api/marketplace";
import { InfiniteList } from "@/components/infinite-list";
import { MarketFilters } from "@/components/marketplace/market-filters";
import { MarketStateView } from "@/components/marketplace/market-state";
import { ModuleGrid, ModuleRow } from "@/components/marketplace/module-row";
import { OperationsUnderWay } from "@/components/marketplace/operations";
import { ModuleTabs } from "@/components/modules/module-tabs";
import { EmptyState, PageBody, PageHeader } from "@/components/page";
import { Badge } from "@/components/ui/badge";
import { categoryChoices } from "@/lib/market";
import { InstallFromFile } from "@/components/marketplace/install-from-file";

const route = getRouteApi("/authed/admin/modules/find");

export function FindModulesPage() {
  const filter = route.useSearch();
  const navigate = route.useNavigate();
  const state = useQuery(marketStateQuery).data;
  return (
    <PageBody>
      <PageHeader title="Find modules" description="What the registry offers. Before anything is installed you see what it may do, and agree to it." actions={<InstallFromFile />} />
      <ModuleTabs />
      <OperationsUnderWay />
      <div className="mb-5">
        <MarketStateView />
      </div>
      {(state === undefined || (state.url && state.root_version)) && (
        <>
          <MarketFilters filter={filter} categories={categoryChoices} onChange={(changes) => void navigate({ search: (now: ModuleFilter) => ({ ...now, ...changes }), replace: true })} />
          <Found filter={filter} />
        </>
      )}
    </PageBody>
  );
}

function Found({ filter }: { filter: ModuleFilter }) {
  const query = useInfiniteQuery(offeredModulesQuery(filter));
  const narrowed = Object.entries(filter).some(([name, value]) => name !== "sort" && value);
  return (
    <InfiniteList query={query} empty={narrowed ? <EmptyState title="No module matches">Change the search or the filters.</EmptyState> : <EmptyState title="The registry offers nothing yet" />}>
      {(modules) => (
        <ModuleGrid>
          {modules.map((module) => (
            <li key={module.name}>
              <ModuleRow
                module={module}
                marks={<Marks module={module} />}
                link={
                  <Link to="/admin/modules/find/$name" params={{ name: module.name }} className="hover:underline">
                    {module.title || module.name}
                  </Link>
                }
              />
            </li>
          ))}
        </ModuleGrid>
      )}
    </InfiniteList>
  );
}

function Marks({ module: { compatible, installed } }: { module: OfferedModule }) {
  return (
    <>
      {installed !== null && <Badge tone="good">Installed: {installed}</Badge>}
      {!compatible && <Badge tone="warning">Does not run here</Badge>}
    </>
  );
}
