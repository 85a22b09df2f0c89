// SPDX-License-Identifier: AGPL-3.0-or-later
import { useInfiniteQuery } from "@tanstack/react-query";
import { Link, getRouteApi } from "@tanstack/react-router";
import { InfiniteList } from "@/components/infinite-list";
import { AdvisoryList } from "@/components/marketplace/advisory-list";
import { EmptyState, PageBody, PageHeader } from "@/components/page";
import { advisoriesQuery } from "../queries";

const route = getRouteApi("/advisories");

export function AdvisoriesPage() {
  const { module } = route.useSearch();
  const query = useInfiniteQuery(advisoriesQuery(module));
  return (
    <PageBody>
      <PageHeader
        title={module ? `Advisories about ${module}` : "Security advisories"}
        description="Known faults of versions, and what mends them. Administrators see those that touch what they have installed."
      />
      <InfiniteList query={query} empty={<EmptyState title="There are none">What holds for a version is shown here, and at its module.</EmptyState>}>
        {(found) => (
          <AdvisoryList
            advisories={found}
            subject={(name) => (
              <Link to="/modules/$name" params={{ name }} className="text-primary underline underline-offset-4">
                {name}
              </Link>
            )}
          />
        )}
      </InfiniteList>
    </PageBody>
  );
}
