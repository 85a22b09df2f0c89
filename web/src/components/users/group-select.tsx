// SPDX-License-Identifier: AGPL-3.0-or-later
import { useQuery } from "@tanstack/react-query";
import type { ComponentProps } from "react";
import { groupsQuery } from "@/api/users";
import { SelectField } from "@/components/ui/field";
import { groupPaths } from "@/lib/groups";

/** A group to choose, with the groups above it in words. */
export function GroupSelect({ none, hint, ...rest }: ComponentProps<typeof SelectField> & { none: string }) {
  const found = useQuery(groupsQuery);
  const state = found.isError ? "The groups could not be read. Reload the page to try again." : found.data && !found.data.complete ? `Only the first ${found.data.groups.length.toLocaleString()} groups are listed.` : hint;
  return (
    <SelectField {...rest} hint={state}>
      <option value="">{found.isPending ? "Loading…" : none}</option>
      {groupPaths(found.data?.groups ?? []).map(([id, path]) => (
        <option key={id} value={id}>
          {path}
        </option>
      ))}
    </SelectField>
  );
}
