// SPDX-License-Identifier: AGPL-3.0-or-later
import type { ReactNode } from "react";
import type { ModuleFilter } from "@/api/market-types";
import { Filter } from "@/components/filter";
import { SearchField } from "@/components/search-field";
import { permissionChoices, sortChoices } from "@/lib/market";
import { hookChoices } from "@/lib/modules";

interface MarketFiltersProps {
  filter: ModuleFilter;
  categories: [name: string, label: string][];
  onChange: (change: ModuleFilter) => void;
  children?: ReactNode;
}

/** What the list of modules shows; every choice stands in the address, so that a reload and a link show the same. */
export function MarketFilters({ filter, categories, onChange, children }: MarketFiltersProps) {
  return (
    <search className="mb-5 grid grid-cols-2 gap-3 *:min-w-0 lg:auto-cols-fr lg:grid-flow-col lg:grid-cols-none [&>:first-child]:col-span-2">
      <SearchField placeholder="What it should do" value={filter.q ?? ""} onChange={(q) => onChange({ q })} />
      <Filter label="Category" all="Every category" value={filter.category} options={withChosen(categories, filter.category)} onChange={(category) => onChange({ category })} />
      <Filter label="Hook" all="Any" value={filter.hook} options={withChosen(hookChoices, filter.hook)} onChange={(hook) => onChange({ hook })} />
      <Filter label="May use" all="Anything" value={filter.permission} options={withChosen(permissionChoices, filter.permission)} onChange={(permission) => onChange({ permission })} />
      <Filter label="Order" all={filter.q ? "Best match" : "Usual order"} value={filter.sort} options={sortChoices} onChange={(sort) => onChange({ sort })} />
      {children}
    </search>
  );
}

/** What the address says is shown even when this page does not know it. */
function withChosen(options: [string, string][], chosen: string | undefined): [string, string][] {
  return chosen === undefined || options.some(([value]) => value === chosen) ? options : [...options, [chosen, chosen]];
}
