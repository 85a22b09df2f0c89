// SPDX-License-Identifier: AGPL-3.0-or-later
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { instanceQuery, modulesQuery } from "@/api/queries";
import { textLink } from "@/components/auth-layout";
import { InstallFromFile } from "@/components/marketplace/install-from-file";
import { OperationsUnderWay } from "@/components/marketplace/operations";
import { ModuleCard } from "@/components/modules/module-card";
import { ModuleTabs } from "@/components/modules/module-tabs";
import { ToolPlans } from "@/components/modules/tool-plan";
import { EmptyState, PageBody, PageHeader } from "@/components/page";
import { Panels } from "@/components/panels/panels";
import { QueryView } from "@/components/query-view";
import { Notice } from "@/components/ui/notice";

export function ModulesPage() {
  const modules = useQuery(modulesQuery);
  const instance = useQuery(instanceQuery);
  return (
    <PageBody>
      <PageHeader title="Modules" description="What runs beside the core, each in a sandbox of its own, and what each may do." actions={<InstallFromFile />} />
      <ModuleTabs />
      <OperationsUnderWay />
      {instance.data?.development_mode && (
        <Notice tone="warning" title="Development mode is on" className="mb-6">
          Modules without a signature may run on this installation. Switch development mode off before real students use it.
        </Notice>
      )}
      {modules.isError && modules.data !== undefined && (
        <Notice tone="warning" title="This page is not up to date" className="mb-6" announce>
          The server does not answer. It is asked again every few seconds.
        </Notice>
      )}
      <QueryView query={modules}>
        {(found) =>
          found.length === 0 ? (
            <EmptyState title="No modules are installed">
              <Link to="/admin/modules/find" className={textLink}>
                Find modules
              </Link>{" "}
              in the registry, or install one from a file.
            </EmptyState>
          ) : (
            <ul className="space-y-4">
              {found.map((module) => (
                <li key={module.name}>
                  <ModuleCard module={module} />
                </li>
              ))}
            </ul>
          )
        }
      </QueryView>
      <Panels place={{ kind: "system" }} className="mt-8" />
      <ToolPlans />
    </PageBody>
  );
}
