// SPDX-License-Identifier: AGPL-3.0-or-later
import { useQuery } from "@tanstack/react-query";
import type { Channel } from "@/api/market-types";
import { type OfferedVersion, type PlanRequest, offeredModuleQuery } from "@/api/marketplace";
import { SelectField } from "@/components/ui/field";

interface VersionChoiceProps {
  request: PlanRequest;
  onChange: (request: PlanRequest) => void;
}

/** Which version of a module of the registry: the newest of a channel that fits, or one that is named. */
export function VersionChoice({ request, onChange }: VersionChoiceProps) {
  const wanted = "install" in request ? request.install[0] : undefined;
  const module = useQuery({ ...offeredModuleQuery(wanted?.name ?? ""), enabled: wanted !== undefined });
  if (wanted === undefined) return null;
  const { channel = "stable", name, version } = wanted;
  const versions = (module.data?.versions ?? []).filter((each) => channel === "beta" || each.channel === "stable" || each.version === version);
  const choose = (next: { channel: Channel; version?: string }) => onChange({ install: [{ name, ...(next.channel === "beta" ? { channel: "beta" } : {}), ...(next.version ? { version: next.version } : {}) }] });
  return (
    <div className="grid gap-3 sm:grid-cols-2">
      <SelectField
        label="Version"
        name="version"
        value={version ?? ""}
        hint={module.isError ? "The versions could not be read." : undefined}
        onChange={(event) => choose({ channel, version: event.target.value })}
      >
        <option value="">The newest that fits</option>
        {version !== undefined && !versions.some((each) => each.version === version) && <option value={version}>{version}</option>}
        {versions.map((each) => (
          <option key={each.version} value={each.version} disabled={!each.compatible || each.yanked !== null}>
            {each.version}
            {remark(each)}
          </option>
        ))}
      </SelectField>
      <SelectField label="Channel" name="channel" value={channel} hint={channel === "beta" ? "Versions that their publisher still tries out." : undefined} onChange={(event) => choose({ channel: event.target.value as Channel })}>
        <option value="stable">Stable</option>
        <option value="beta">Beta too</option>
      </SelectField>
    </div>
  );
}

function remark({ channel, compatible, yanked }: OfferedVersion): string {
  if (yanked !== null) return " (taken back)";
  if (!compatible) return " (does not run here)";
  return channel === "beta" ? " (beta)" : "";
}
