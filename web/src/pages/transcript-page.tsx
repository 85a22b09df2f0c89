// SPDX-License-Identifier: AGPL-3.0-or-later
import { useQuery, useQueryClient } from "@tanstack/react-query";
import type { InfiniteData } from "@tanstack/react-query";
import { Link, getRouteApi } from "@tanstack/react-router";
import { ArrowLeft } from "lucide-react";
import { Fragment, type ReactNode } from "react";
import { sessionExtractionsQuery, sessionQuery } from "@/api/queries";
import type { Extraction, Message, Page, SessionDetail, SessionSummary } from "@/api/types";
import { EarlierVersions } from "@/components/chat/earlier-versions";
import { MessageBubble } from "@/components/chat/message-bubble";
import { ErrorPanel } from "@/components/error-panel";
import { ExtractionCard } from "@/components/extractions/extraction-card";
import { SessionSummaryCard, summaryType } from "@/components/extractions/session-summary";
import { EmptyState, PageBody, PageHeader } from "@/components/page";
import { Panels } from "@/components/panels/panels";
import { QueryView } from "@/components/query-view";
import { SessionStateBadge } from "@/components/session-state";
import { Badge } from "@/components/ui/badge";
import { formatDateTime, plural } from "@/lib/format";
import { gapsBefore } from "@/lib/versions";

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

function Transcript({ session, extractions: all }: { session: SessionDetail; extractions: Extraction[] }) {
  const summary = all.findLast(({ type }) => type === summaryType);
  const extractions = all.filter(({ type }) => type !== summaryType);
  const gaps = gapsBefore(session.messages);
  const student = useStudentName(session);
  const last = session.messages.at(-1)?.seq ?? 0;
  const nameOf = (message: Message) => (message.role === "user" ? student : session.tool.name);
  const general = extractions.filter(({ message_seq }) => message_seq === null || message_seq > last);
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
      <Panels place={{ kind: "session", id: session.id }} className="mb-6" />
      {summary && <SessionSummaryCard extraction={summary} />}
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
          const gap = gaps.get(message.seq);
          return (
            <Fragment key={message.id}>
              {gap && (
                <Row notes={extractions.filter(({ message_seq: seq }) => seq !== null && seq >= gap.from && seq <= gap.to)}>
                  <EarlierVersions session={session} gap={gap} kind={message.role === "user" ? "question" : "answer"} nameOf={nameOf} />
                </Row>
              )}
              <Row id={`message-${message.seq}`} notes={extractions.filter((each) => each.message_seq === message.seq)}>
                <MessageBubble message={message} author={nameOf(message)} />
              </Row>
            </Fragment>
          );
        })}
      </ol>
    </>
  );
}

/** What was said, with the notes about it beside it. */
function Row({ id, notes, children }: { id?: string; notes: Extraction[]; children: ReactNode }) {
  return (
    <li id={id} className={notes.length > 0 ? "grid gap-3 lg:grid-cols-[3fr_2fr] lg:gap-6" : "lg:pr-[calc(40%+0.6rem)]"}>
      {children}
      {notes.length > 0 && (
        <div className="space-y-3">
          {notes.map((each) => (
            <ExtractionCard key={each.id} extraction={each} />
          ))}
        </div>
      )}
    </li>
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
