// SPDX-License-Identifier: AGPL-3.0-or-later
import { useQuery } from "@tanstack/react-query";
import { Link, getRouteApi } from "@tanstack/react-router";
import { Printer, RotateCcw } from "lucide-react";
import { failureFrom } from "@/api/errors";
import { runQuery, toolQuery } from "@/api/queries";
import type { Run } from "@/api/types";
import { CopyButton } from "@/components/copy-button";
import { ErrorPanel } from "@/components/error-panel";
import { RunStateBadge } from "@/components/links";
import { OutputView } from "@/components/output-view";
import { PageBody, PageHeader } from "@/components/page";
import { QueryView } from "@/components/query-view";
import { Button } from "@/components/ui/button";
import { Card, Skeleton } from "@/components/ui/card";
import { Notice } from "@/components/ui/notice";
import { formatDateTime, plural } from "@/lib/format";
import { toMarkdown } from "@/lib/output";

const route = getRouteApi("/authed/runs/$id");

export function RunPage() {
  const { id } = route.useParams();
  const query = useQuery(runQuery(id));
  return (
    <PageBody className="max-w-3xl">
      <QueryView query={query}>{(run) => <RunView run={run} />}</QueryView>
    </PageBody>
  );
}

function RunView({ run }: { run: Run }) {
  // Without the tool, for example because it was withdrawn, the result is shown under the names it came with.
  const tool = useQuery(toolQuery(run.tool.id));
  const schema = tool.data?.output_schema ?? {};
  return (
    <>
      <PageHeader
        title={run.tool.name}
        eyebrow={<RunStateBadge state={run.state} />}
        description={<span className="text-sm">{[formatDateTime(run.created_at), run.usage && plural(run.usage.total_tokens, "token")].filter(Boolean).join(" · ")}</span>}
        actions={
          <>
            {run.state === "complete" && <CopyButton text={() => toMarkdown(schema, run.output)} />}
            {run.state === "complete" && (
              <Button variant="outline" onClick={() => window.print()}>
                <Printer aria-hidden /> Print
              </Button>
            )}
            <Button asChild variant="secondary">
              <Link to="/tools/$id" params={{ id: run.tool.id }} search={{ from_run: run.id }}>
                <RotateCcw aria-hidden /> Change and run again
              </Link>
            </Button>
          </>
        }
      />
      {run.state === "complete" && (
        <Card className="p-6 sm:p-8 print:border-0 print:p-0 print:shadow-none">{tool.isPending ? <Skeleton className="h-64" /> : <OutputView schema={schema} output={run.output} />}</Card>
      )}
      {run.state === "failed" && <Failed run={run} />}
      {(run.state === "pending" || run.state === "processing") && <Notice tone="info" title="In progress" announce>The result appears here as soon as it is ready.</Notice>}
    </>
  );
}

function Failed({ run }: { run: Run }) {
  const reason = run.error?.details?.["reason"];
  if (run.error?.code === "BLOCKED_BY_MODULE" && typeof reason === "string") {
    return (
      <Notice tone="shield" title="This request was stopped">
        {reason}
      </Notice>
    );
  }
  return <ErrorPanel error={failureFrom(422, run.error, null, null)} />;
}
