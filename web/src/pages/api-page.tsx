// SPDX-License-Identifier: AGPL-3.0-or-later
import { queryOptions, useQuery } from "@tanstack/react-query";
import { useLocation } from "@tanstack/react-router";
import { useEffect, useState } from "react";
import { send } from "@/api/client";
import { Described } from "@/components/api/described";
import { OperationView } from "@/components/api/operation-view";
import { EmptyState, PageBody, PageHeader, Section } from "@/components/page";
import { QueryView } from "@/components/query-view";
import { TextField } from "@/components/ui/field";
import { type ApiDocument, chapters } from "@/lib/openapi";

const apiQuery = queryOptions({
  queryKey: ["openapi"],
  queryFn: async () => (await (await send("GET", "/openapi.json", "application/json")).json()) as ApiDocument,
  staleTime: Infinity,
});

/** The API to read, as this host describes it itself; open to everybody, as the description is. */
export function ApiPage() {
  const api = useQuery(apiQuery);
  return (
    <main>
      <PageBody>
        <PageHeader
          title="The API"
          description={
            <>
              Every route of this installation, with what it takes and answers.{" "}
              <a href="/api/openapi.json" className="underline underline-offset-2">
                The same for programs (OpenAPI 3.1)
              </a>
            </>
          }
        />
        <QueryView query={api}>{(document) => <Reference api={document} />}</QueryView>
      </PageBody>
    </main>
  );
}

function Reference({ api }: { api: ApiDocument }) {
  const { hash } = useLocation();
  const [search, setSearch] = useState("");
  const [open, setOpen] = useState<ReadonlySet<string>>(new Set(hash ? [hash] : []));
  // The browser looked for the place before it was there.
  useEffect(() => {
    if (!hash) return;
    setOpen((before) => new Set(before).add(hash));
    document.getElementById(hash)?.scrollIntoView();
  }, [hash]);
  const toggle = (id: string, shown: boolean) =>
    setOpen((before) => {
      if (before.has(id) === shown) return before;
      const after = new Set(before);
      if (shown) after.add(id);
      else after.delete(id);
      return after;
    });
  const found = chapters(api, search);
  const count = found.reduce((sum, chapter) => sum + chapter.entries.length, 0);
  return (
    <>
      <p className="mb-6 max-w-3xl text-sm text-muted-foreground">
        Version {api.info.version}, below <code>{api.servers[0]?.url}</code>. <Described text={api.info.description} />
      </p>
      <TextField label="Search" name="search" type="search" value={search} onChange={(event) => setSearch(event.target.value)} hint={<span role="status">{count === 1 ? "1 operation" : `${count} operations`}</span>} />
      {found.length === 0 && <EmptyState title="No operation has all these words" />}
      {found.map((chapter) => (
        <Section key={chapter.name} title={chapter.name} id={`tag-${chapter.name.replaceAll(" ", "-")}`}>
          <p className="mb-3 text-sm text-muted-foreground"><Described text={chapter.description} /></p>
          <ul className="space-y-2">
            {chapter.entries.map((entry) => {
              const id = entry.operation.operationId;
              return (
                <li key={id}>
                  <OperationView api={api} entry={entry} open={open.has(id)} onToggle={(shown) => toggle(id, shown)} />
                </li>
              );
            })}
          </ul>
        </Section>
      ))}
    </>
  );
}
