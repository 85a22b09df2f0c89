// SPDX-License-Identifier: AGPL-3.0-or-later
import { useQuery } from "@tanstack/react-query";
import { Link, getRouteApi } from "@tanstack/react-router";
import { ArrowLeft } from "lucide-react";
import { classQuery } from "@/api/queries";
import { PageBody, PageHeader } from "@/components/page";
import { AiSettingsOf } from "@/pages/ai-settings-page";

const route = getRouteApi("/authed/classes/$id/ai");

/** Which model a class asks, and how often: within what its school allows. */
export function ClassAiPage() {
  const { id } = route.useParams();
  const name = useQuery(classQuery(id)).data?.name;
  return (
    <PageBody>
      <Link to="/teaching" search={{ class_id: id }} className="mb-4 inline-flex items-center gap-1.5 rounded-lg py-1 text-sm font-semibold text-primary hover:underline">
        <ArrowLeft aria-hidden className="size-4" /> Conversations
      </Link>
      <PageHeader title={name ? `AI in ${name}` : "AI in this class"} description="A class can ask for less than its school allows, not for more." />
      <AiSettingsOf key={id} place={{ kind: "class", id }} />
    </PageBody>
  );
}
