// SPDX-License-Identifier: AGPL-3.0-or-later
import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { Link, getRouteApi } from "@tanstack/react-router";
import { useState } from "react";
import type { ListedModule, VersionDetail, VersionSummary } from "@/api/market-types";
import { CopyBox } from "@/components/copy-button";
import { InfiniteList } from "@/components/infinite-list";
import { AdvisoryList } from "@/components/marketplace/advisory-list";
import { ChangeLog } from "@/components/marketplace/change-log";
import { FindingList } from "@/components/marketplace/finding-list";
import { ModuleHeader } from "@/components/marketplace/module-header";
import { PermissionList } from "@/components/marketplace/permission-list";
import { VersionFacts } from "@/components/marketplace/version-facts";
import { VersionList } from "@/components/marketplace/version-list";
import { EmptyState, PageBody, Section } from "@/components/page";
import { QueryView } from "@/components/query-view";
import { Button } from "@/components/ui/button";
import { Card } from "@/components/ui/card";
import { Notice } from "@/components/ui/notice";
import { mainVersion } from "@/lib/market";
import { advisoriesQuery, moduleQuery, versionQuery, versionsQuery } from "../queries";
import { Screenshots } from "../screenshots";

const route = getRouteApi("/modules/$name");

export function ModulePage() {
  const { name } = route.useParams();
  const query = useQuery(moduleQuery(name));
  return (
    <PageBody>
      <QueryView query={query}>{(module) => <ModuleView key={name} module={module} />}</QueryView>
    </PageBody>
  );
}

function ModuleView({ module }: { module: ListedModule }) {
  const { advisories, description, name, publisher, publisher_title, screenshots } = module;
  const main = mainVersion(module);
  const shown = route.useSearch().version ?? main;
  return (
    <>
      <ModuleHeader
        module={module}
        publisher={
          <Link to="/publishers/$name" params={{ name: publisher }} className="font-semibold text-primary underline underline-offset-4">
            {publisher_title || publisher}
          </Link>
        }
      />
      {shown === null ? (
        <EmptyState title="No version is published yet" />
      ) : (
        <div className="grid items-start gap-x-8 lg:grid-cols-[minmax(0,1fr)_22rem]">
          <div className="min-w-0">
            {description && <p className="mb-6 whitespace-pre-line wrap-anywhere">{description}</p>}
            <Screenshots module={name} screenshots={screenshots} />
            <Version name={name} version={shown} />
            {advisories > 0 && <Advisories name={name} />}
          </div>
          <aside className="min-w-0 max-lg:mt-8">
            <Section title="How to install it" id="install">
              <CopyBox label="Command" text={`rapt module install ${name}${shown === module.latest.stable ? "" : `@${shown}`}`} />
              <p className="mt-2 text-sm text-muted-foreground">Administrators also find it on their own pages, below Modules. Both ask before anything is granted.</p>
            </Section>
            <Versions module={module} shown={shown} />
          </aside>
        </div>
      )}
    </>
  );
}

const needed = (module: string) => (
  <Link to="/modules/$name" params={{ name: module }} className="text-primary underline underline-offset-4">
    {module}
  </Link>
);

function Version({ name, version }: { name: string; version: string }) {
  const query = useQuery(versionQuery(name, version));
  return <QueryView query={query}>{(found) => <VersionView found={found} />}</QueryView>;
}

function VersionView({ found }: { found: VersionDetail }) {
  const { change_log, channel, findings, permissions, version, yanked } = found;
  return (
    <>
      {yanked && (
        <Notice tone="danger" title={`Version ${version} was taken back`} className="mb-6">
          <p>{yanked.because}</p>
          <p>It is not installed any more. Where it is installed already, administrators are told.</p>
        </Notice>
      )}
      <p className="mb-6 text-sm text-muted-foreground">
        What follows is about version {version}
        {channel === "beta" && ", which its publisher still tries out"}.
      </p>
      <Section title="What it may use" id="permissions">
        <Card className="p-4">
          <PermissionList permissions={permissions} none="Nothing beyond the texts that it is asked about: no files, no network, nothing of its own that lasts." />
        </Card>
      </Section>
      <Section title="What changed" id="changes">
        <ChangeLog text={change_log} />
      </Section>
      <Section title="What the checks found" id="findings">
        <FindingList findings={findings} />
      </Section>
      <Section title="Facts" id="facts">
        <VersionFacts version={found} subject={needed} />
      </Section>
    </>
  );
}

function Advisories({ name }: { name: string }) {
  const query = useInfiniteQuery(advisoriesQuery(name));
  return (
    <Section title="Security advisories" id="advisories">
      <InfiniteList query={query} empty={<EmptyState title="None holds any more" />}>
        {(found) => <AdvisoryList advisories={found} subject={needed} />}
      </InfiniteList>
    </Section>
  );
}

function Versions({ module, shown }: { module: ListedModule; shown: string }) {
  const [all, setAll] = useState(false);
  const link = ({ version }: VersionSummary) => (
    <Link to="/modules/$name" params={{ name: module.name }} search={{ version }} className="text-primary underline underline-offset-4" aria-current={version === shown ? "true" : undefined}>
      {version}
    </Link>
  );
  return (
    <Section title="Versions" id="versions">
      {all ? (
        <AllVersions name={module.name} shown={shown} link={link} />
      ) : (
        <VersionList versions={module.versions} shown={shown} link={link} />
      )}
      {Boolean(module.more_versions) && !all && (
        <Button variant="outline" className="mt-3" onClick={() => setAll(true)}>
          Show older ones too
        </Button>
      )}
    </Section>
  );
}

function AllVersions({ name, shown, link }: { name: string; shown: string; link: (version: VersionSummary) => React.ReactNode }) {
  const query = useInfiniteQuery(versionsQuery(name));
  return (
    <InfiniteList query={query} empty={<EmptyState title="No version is published" />}>
      {(found) => <VersionList versions={found} shown={shown} link={link} />}
    </InfiniteList>
  );
}
