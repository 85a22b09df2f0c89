// SPDX-License-Identifier: AGPL-3.0-or-later
import type { UserFilter } from "@/api/users";
import { SearchField } from "@/components/search-field";
import { SelectField } from "@/components/ui/field";
import { GroupSelect } from "./group-select";
import { roles, statuses } from "./words";

/** What the list shows; every choice stands in the address, so that a reload and a link show the same. */
export function UserFilters({ filter, onChange }: { filter: UserFilter; onChange: (change: UserFilter) => void }) {
  return (
    <search className="mb-5 grid grid-cols-2 gap-3 *:min-w-0 lg:grid-cols-5 max-lg:[&>:first-child]:col-span-2">
      <SearchField placeholder="Name or address" value={filter.q ?? ""} onChange={(q) => onChange({ q })} />
      <Choice label="Status" value={filter.status} all="Any status" options={statuses} onChange={(status) => onChange({ status })} />
      <Choice label="Role" value={filter.role} all="Any role" options={roles} onChange={(role) => onChange({ role })} />
      <GroupSelect label="Group" name="group_id" none="All groups" value={filter.group_id ?? ""} onChange={(event) => onChange({ group_id: event.target.value || undefined })} />
      <Choice label="Order" value={filter.sort} all="By name" options={[["-created_at", "Newest first"], ["-last_login_at", "Last login first"]]} onChange={(sort) => onChange({ sort })} />
    </search>
  );
}

interface ChoiceProps {
  label: string;
  all: string;
  value: string | undefined;
  options: [value: string, label: string][];
  onChange: (value: string | undefined) => void;
}

function Choice({ label, all, value, options, onChange }: ChoiceProps) {
  return (
    <SelectField label={label} name={label.toLowerCase()} value={value ?? ""} onChange={(event) => onChange(event.target.value || undefined)}>
      <option value="">{all}</option>
      {options.map(([each, text]) => (
        <option key={each} value={each}>
          {text}
        </option>
      ))}
    </SelectField>
  );
}
