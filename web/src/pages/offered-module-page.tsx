// SPDX-License-Identifier: AGPL-3.0-or-later
import { useQuery } from "@tanstack/react-query";
import { Link, getRouteApi } from "@tanstack/react-router";
import { ArrowLeft } from "lucide-react";
import { useState } from "react";
import { type OfferedModuleDetail, type OfferedVersion, marketStateQuery, offeredModuleQuery } from "@/api/marketplace";
import { ChangeLog } from "@/components/marketplace/change-log";
import { InstallDialog } from "@/components/marketplace/install-dialog";
import { MarketStateView } from "@/components/marketplace/market-state";
import { ModuleHeader } from "@/components/marketplace/module-header";
import { OperationsUnderWay } from "@/components/marketplace/operations";
import { PermissionList } from "@/components/marketplace/permission-list";
import { VersionFacts } from "@/components/marketplace/version-facts";
import { VersionList } from "@/components/marketplace/version-list";
import { EmptyState, PageBody, Section } from "@/components/page";
import { QueryView } from "@/components/query-view";
import { Badge } from "@/components/ui/badge";
import { Button } from "@/components/ui/button";
import { Card } from "@/components/ui/card";
import { Notice } from "@/components/ui/notice";
import { mainVersion } from "@/lib/market";

const route = getRouteApi("/authed/admin/modules/find/$name");

/** A module of the registry with what this host makes of it. */
export function OfferedModulePage() {
  const { name } = route.useParams();
  const query = useQuery(offeredModuleQuery(name));
  return (
    <PageBody>
      <p className="mb-4">
        <Link to="/admin/modules/find" className="inline-flex items-center gap-1.5 rounded-lg py-1 text-sm font-semibold text-primary hover:underline">
          <ArrowLeft aria-hidden className="size-4" /> Find modules
        </Link>
      </p>
      <OperationsUnderWay />
      <QueryView query={query}>{(module) => <ModuleView key={name} module={module} />}</QueryView>
      <div className="mt-8">
        <MarketStateView />
      </div>
    </PageBody>
  );
}

function ModuleView({ module }: { module: OfferedModuleDetail }) {
  const { description, installed, name, publisher, publisher_title, versions } = module;
  const [installing, setInstalling] = useState<string | null>(null);
  const chosen = route.useSearch().version ?? mainVersion(module);
  const shown = versions.find((each) => each.version === chosen);
  const newest = chosen === (module.latest.stable ?? null);
  return (
    <>
      <ModuleHeader
        module={module}
        publisher={publisher_title || publisher}
        badges={installed !== null && <Badge tone="info">Installed: {installed}</Badge>}
        actions={shown !== undefined && <InstallButton version={shown} installed={installed} onClick={() => setInstalling(newest ? "" : shown.version)} />}
      />
      {shown === undefined ? (
        <EmptyState title={chosen === null ? "No version is published yet" : `There is no version ${chosen}`} />
      ) : (
        <div className="grid items-start gap-x-8 lg:grid-cols-[minmax(0,1fr)_22rem]">
          <div className="min-w-0">
            {description && <p className="mb-6 whitespace-pre-line wrap-anywhere">{description}</p>}
            <VersionView version={shown} changeLog={shown.version === mainVersion(module) ? module.change_log : null} />
            <Pictures module={module} />
          </div>
          <aside className="min-w-0 max-lg:mt-8">
            <Section title="Versions" id="versions">
              <VersionList
                versions={versions}
                shown={shown.version}
                marks={(each) => <Marks version={each} installed={installed} />}
                link={({ version }) => (
                  <Link to="/admin/modules/find/$name" params={{ name }} search={{ version }} className="text-primary underline underline-offset-4" aria-current={version === shown.version ? "true" : undefined}>
                    {version}
                  </Link>
                )}
              />
              {module.more_versions && <p className="mt-3 text-sm text-muted-foreground">These are the newest hundred. Older ones are listed by the registry, and installed with: rapt module install {name}@VERSION</p>}
            </Section>
          </aside>
        </div>
      )}
      {installing !== null && <InstallDialog subject={installing === "" ? { name } : { name, version: installing }} onClose={() => setInstalling(null)} />}
    </>
  );
}

function InstallButton({ version: { compatible, version, yanked }, installed, onClick }: { version: OfferedVersion; installed: string | null; onClick: () => void }) {
  if (installed === version) return <Badge tone="good">This version is installed</Badge>;
  return (
    <Button disabled={!compatible || yanked !== null} onClick={onClick}>
      {installed === null ? "Install" : `Change to ${version}`}
    </Button>
  );
}

function Marks({ version: { compatible, version, vouched }, installed }: { version: OfferedVersion; installed: string | null }) {
  return (
    <>
      {version === installed && <Badge tone="good">Installed</Badge>}
      {!compatible && <Badge tone="warning">Does not run here</Badge>}
      {!vouched && <Badge tone="warning">Not vouched for</Badge>}
    </>
  );
}

function VersionView({ version: shown, changeLog }: { version: OfferedVersion; changeLog: string | null }) {
  const { channel, compatible, permissions, version, vouched, why_not, yanked } = shown;
  return (
    <>
      <div className="mb-6 space-y-3">
        {yanked && (
          <Notice tone="danger" title={`Version ${version} was taken back by its publisher`}>
            {yanked.because}
          </Notice>
        )}
        {!compatible && (
          <Notice tone="warning" title={`Version ${version} does not run on this host`}>
            {why_not}
          </Notice>
        )}
        {!vouched && (
          <Notice tone="warning" title="No signed metadata of the registry names this version">
            The registry’s own word is not enough to install it.
          </Notice>
        )}
        <p className="text-sm text-muted-foreground">
          What follows is about version {version}
          {channel === "beta" && ", which its publisher still tries out"}.
        </p>
      </div>
      <Section title="What it may use" id="permissions">
        <Card className="p-4">
          <PermissionList permissions={permissions} none="Nothing beyond the texts that it is asked about: no files, no network, nothing of its own that lasts." />
        </Card>
      </Section>
      {changeLog !== null && (
        <Section title="What changed" id="changes">
          <ChangeLog text={changeLog} />
        </Section>
      )}
      <Section title="Facts" id="facts">
        <VersionFacts
          version={shown}
          subject={(module) => (
            <Link to="/admin/modules/find/$name" params={{ name: module }} className="text-primary underline underline-offset-4">
              {module}
            </Link>
          )}
        />
      </Section>
    </>
  );
}

/** Named, not fetched: these pages ask no other host for anything. */
function Pictures({ module: { name, screenshots } }: { module: OfferedModuleDetail }) {
  const url = useQuery(marketStateQuery).data?.url;
  if (screenshots.length === 0) return null;
  return (
    <Section title="Pictures" id="pictures">
      <ul className="list-disc pl-5 text-sm">
        {screenshots.map(({ caption, url: of }) => (
          <li key={of}>{caption || "A picture"}</li>
        ))}
      </ul>
      {url && /^https?:\/\//.test(url) && (
        <p className="mt-2 text-sm">
          <a href={`${url.replace(/\/$/, "")}/modules/${encodeURIComponent(name)}`} target="_blank" rel="noopener noreferrer" className="text-primary underline underline-offset-4">
            See them at the registry
          </a>
        </p>
      )}
    </Section>
  );
}
