// SPDX-License-Identifier: AGPL-3.0-or-later
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { usageSummaryQuery } from "@/api/usage";
import { textLink } from "@/components/auth-layout";
import { dollars } from "@/lib/ai-numbers";
import { daysOf } from "@/lib/days";
import { plural } from "@/lib/format";

/** What a module has asked AI for by itself since the first of the month, and where to read more. */
export function ModuleSpending({ name }: { name: string }) {
  const { data, isError } = useQuery(usageSummaryQuery({ ...daysOf("this-month"), module: name }));
  return (
    <>
      {data ? `${dollars(data.cost)} for ${plural(data.requests, "request")}` : isError ? "This cannot be told at the moment" : "…"}
      {data && data.unpriced > 0 && <span className="block text-muted-foreground">The price of {plural(data.unpriced, "request")} was not known.</span>}
      <Link to="/admin/ai/usage" search={{ module: name }} className={`${textLink} block`}>
        See its usage
      </Link>
    </>
  );
}
