// SPDX-License-Identifier: AGPL-3.0-or-later
import { useQuery } from "@tanstack/react-query";
import { Link, getRouteApi } from "@tanstack/react-router";
import { type Import, importsQuery } from "@/api/users";
import { ImportForm } from "@/components/imports/import-form";
import { ImportReport } from "@/components/imports/import-report";
import { PageBody, PageHeader, Section } from "@/components/page";
import { QueryView } from "@/components/query-view";
import { AdminTabs } from "@/components/users/admin-tabs";
import { formatDateTime, plural } from "@/lib/format";

const route = getRouteApi("/authed/admin/users/import");

export function ImportPage() {
  const { me } = route.useRouteContext();
  const { id } = route.useSearch();
  const navigate = route.useNavigate();
  return (
    <PageBody className="max-w-4xl">
      <PageHeader title="Import users" description="Many accounts from one file: first tried out line by line, then done for real." />
      <AdminTabs me={me} />
      <ImportForm shown={id} onStarted={(started) => void navigate({ search: { id: started.id } })} />
      {id && (
        <Section title="Report" id="report">
          <ImportReport key={id} id={id} />
        </Section>
      )}
      <Section title="Earlier imports" id="earlier">
        <Earlier />
      </Section>
    </PageBody>
  );
}

function Earlier() {
  const query = useQuery(importsQuery);
  return (
    <QueryView query={query}>
      {(found) =>
        found.length === 0 ? (
          <p className="text-sm text-muted-foreground">None yet.</p>
        ) : (
          <ul className="divide-y overflow-hidden rounded-2xl border bg-card text-sm">
            {found.map((each) => (
              <li key={each.id}>
                <Link to="/admin/users/import" search={{ id: each.id }} className="flex flex-wrap justify-between gap-2 px-4 py-3 hover:bg-accent">
                  <span className="font-semibold">
                    {each.dry_run ? "Trial run" : "Import"}, {formatDateTime(each.created_at)}
                  </span>
                  <span className="text-muted-foreground">{summary(each)}</span>
                </Link>
              </li>
            ))}
          </ul>
        )
      }
    </QueryView>
  );
}

function summary(each: Import): string {
  if (each.state === "failed") return "could not be read";
  if (each.state !== "complete") return "under way";
  return `${plural(each.total, "line")}, ${each.faulty.toLocaleString()} faulty`;
}
