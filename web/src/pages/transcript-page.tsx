// SPDX-License-Identifier: AGPL-3.0-or-later
import { useQuery, useQueryClient } from "@tanstack/react-query";
import type { InfiniteData } from "@tanstack/react-query";
import { Link, getRouteApi } from "@tanstack/react-router";
import { ArrowLeft } from "lucide-react";
import { sessionExtractionsQuery, sessionQuery } from "@/api/queries";
import type { Extraction, Page, SessionDetail, SessionSummary } from "@/api/types";
import { MessageBubble } from "@/components/chat/message-bubble";
import { ErrorPanel } from "@/components/error-panel";
import { ExtractionCard } from "@/components/extractions/extraction-card";
import { EmptyState, PageBody, PageHeader } from "@/components/page";
import { QueryView } from "@/components/query-view";
import { SessionStateBadge } from "@/components/session-state";
import { Badge } from "@/components/ui/badge";
import { formatDateTime, plural } from "@/lib/format";

const route = getRouteApi("/authed/teaching/sessions/$id");

export function TranscriptPage() {
  const { id } = route.useParams();
  const session = useQuery(sessionQuery(id));
  const extractions = useQuery(sessionExtractionsQuery(id));
  return (
    <PageBody className="max-w-5xl">
      <Link to="/teaching" className="mb-4 inline-flex items-center gap-1.5 rounded-lg py-1 text-sm font-semibold text-primary hover:underline print:hidden">
        <ArrowLeft aria-hidden className="size-4" /> All conversations
      </Link>
      <QueryView query={session}>
        {(found) => (
          <>
            {extractions.isError && <ErrorPanel error={extractions.error} onRetry={() => void extractions.refetch()} />}
            <Transcript session={found} extractions={extractions.data ?? []} />
          </>
        )}
      </QueryView>
    </PageBody>
  );
}

function Transcript({ session, extractions }: { session: SessionDetail; extractions: Extraction[] }) {
  const student = useStudentName(session);
  const known = new Set(session.messages.map((message) => message.seq));
  const general = extractions.filter(({ message_seq }) => message_seq === null || !known.has(message_seq));
  return (
    <>
      <PageHeader
        title={student}
        description={`${session.tool.name}, started ${formatDateTime(session.started_at)}`}
        eyebrow={
          <>
            <SessionStateBadge state={session.state} />
            <Badge>{plural(session.messages.length, "message")}</Badge>
            {extractions.length > 0 && <Badge tone="warning">{plural(extractions.length, "note")}</Badge>}
          </>
        }
      />
      {general.length > 0 && (
        <section aria-label="Notes about the whole conversation" className="mb-6 space-y-3">
          {general.map((each) => (
            <ExtractionCard key={each.id} extraction={each} />
          ))}
        </section>
      )}
      {session.messages.length === 0 && <EmptyState title="Nothing has been written yet" />}
      <ol className="space-y-5">
        {session.messages.map((message) => {
          const notes = extractions.filter((each) => each.message_seq === message.seq);
          return (
            <li key={message.id} id={`message-${message.seq}`} className={notes.length > 0 ? "grid gap-3 lg:grid-cols-[3fr_2fr] lg:gap-6" : "lg:pr-[calc(40%+0.6rem)]"}>
              <MessageBubble message={message} author={message.role === "user" ? student : session.tool.name} />
              {notes.length > 0 && (
                <div className="space-y-3">
                  {notes.map((each) => (
                    <ExtractionCard key={each.id} extraction={each} />
                  ))}
                </div>
              )}
            </li>
          );
        })}
      </ol>
    </>
  );
}

/** The session names its student, or the list that led here does. */
function useStudentName(session: SessionDetail): string {
  const queries = useQueryClient();
  if (session.user) return session.user.name;
  const lists = queries.getQueriesData<InfiniteData<Page<SessionSummary>>>({ queryKey: ["sessions", "teaching"] });
  for (const [, list] of lists) {
    for (const page of list?.pages ?? []) {
      const found = page.items.find((each) => each.id === session.id);
      if (found) return found.user.name;
    }
  }
  return "Student";
}
