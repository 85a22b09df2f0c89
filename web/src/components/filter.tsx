// SPDX-License-Identifier: AGPL-3.0-or-later
import { Label, Select } from "@/components/ui/form-controls";

interface FilterProps {
  label: string;
  all: string;
  value: string | undefined;
  options: [value: string, label: string][];
  onChange: (value: string | undefined) => void;
}

/** One choice that narrows a list. */
export function Filter({ label, all, value, options, onChange }: FilterProps) {
  const id = `filter-${label.toLowerCase().replaceAll(" ", "-")}`;
  return (
    <div className="space-y-1.5">
      <Label htmlFor={id}>{label}</Label>
      <Select id={id} value={value ?? ""} onChange={(event) => onChange(event.target.value || undefined)}>
        <option value="">{all}</option>
        {options.map(([each, text]) => (
          <option key={each} value={each}>
            {text}
          </option>
        ))}
      </Select>
    </div>
  );
}
