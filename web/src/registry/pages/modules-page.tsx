// SPDX-License-Identifier: AGPL-3.0-or-later
import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { Link, getRouteApi } from "@tanstack/react-router";
import { InfiniteList } from "@/components/infinite-list";
import { MarketFilters } from "@/components/marketplace/market-filters";
import { ModuleGrid, ModuleRow } from "@/components/marketplace/module-row";
import { EmptyState, PageBody, PageHeader } from "@/components/page";
import { AbiField } from "../abi-field";
import { type RegistryFilter, categoriesQuery, modulesQuery } from "../queries";

const route = getRouteApi("/");

export function ModulesPage() {
  const filter = route.useSearch();
  const navigate = route.useNavigate();
  const categories = (useQuery(categoriesQuery).data ?? []).map(({ modules, name, title }): [string, string] => [name, `${title} (${modules})`]);
  const change = (changes: RegistryFilter) => void navigate({ search: (now: RegistryFilter) => ({ ...now, ...changes }), replace: true });
  return (
    <PageBody>
      <PageHeader title="Modules" description="What can be added to RaptScallions: each runs in a sandbox of its own and gets what an administrator agrees to, nothing else." />
      <MarketFilters filter={filter} categories={categories} onChange={change}>
        <AbiField value={filter.abi ?? ""} onChange={(abi) => change({ abi })} />
      </MarketFilters>
      <FoundModules filter={filter} />
    </PageBody>
  );
}

export function FoundModules({ filter }: { filter: RegistryFilter }) {
  const query = useInfiniteQuery(modulesQuery(filter));
  const narrowed = Object.entries(filter).some(([name, value]) => name !== "sort" && value);
  return (
    <InfiniteList query={query} empty={narrowed ? <EmptyState title="No module matches">Change the search or the filters.</EmptyState> : <EmptyState title="Nothing is published yet" />}>
      {(found) => (
        <ModuleGrid>
          {found.map((module) => (
            <li key={module.name}>
              <ModuleRow
                module={module}
                link={
                  <Link to="/modules/$name" params={{ name: module.name }} className="hover:underline">
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
