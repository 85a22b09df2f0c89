// SPDX-License-Identifier: AGPL-3.0-or-later
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { advisoriesQuery } from "@/api/marketplace";
import { AdvisoryList } from "@/components/marketplace/advisory-list";
import { MarketStateView } from "@/components/marketplace/market-state";
import { ModuleTabs } from "@/components/modules/module-tabs";
import { EmptyState, PageBody, PageHeader } from "@/components/page";
import { QueryView } from "@/components/query-view";

export function AdvisoriesPage() {
  const query = useQuery(advisoriesQuery);
  return (
    <PageBody>
      <PageHeader title="Security advisories" description="Known faults of what is installed here, and of the platform itself. Upgrade what is named, or switch it off until you can." />
      <ModuleTabs />
      <QueryView query={query}>
        {(found) =>
          found.length === 0 ? (
            <EmptyState title="None holds for what is installed" />
          ) : (
            <AdvisoryList
              advisories={found}
              subject={(name) => (
                <Link to="/admin/modules/find/$name" params={{ name }} className="text-primary underline underline-offset-4">
                  {name}
                </Link>
              )}
            />
          )
        }
      </QueryView>
      <div className="mt-8">
        <MarketStateView />
      </div>
    </PageBody>
  );
}
