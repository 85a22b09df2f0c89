// SPDX-License-Identifier: AGPL-3.0-or-later
import type { ReactNode } from "react";
import type { VersionSummary } from "@/api/market-types";
import { pointInWords } from "@/lib/modules";

interface VersionFactsProps {
  version: VersionSummary;
  /** A module that it needs, as a link to its page. */
  subject: (module: string) => ReactNode;
}

/** When a version is asked, what it needs, and by what it is known. */
export function VersionFacts({ version, subject }: VersionFactsProps) {
  const { abi, architectures, dependencies, hooks, key_id, sha256 } = version;
  const needs = Object.entries(dependencies);
  return (
    <dl className="space-y-3 text-sm">
      <Fact name="When it is asked">{hooks.length === 0 ? "At no point of a conversation" : <Lines lines={hooks.map((hook) => [hook, `${pointInWords(hook)} (${hook})`])} />}</Fact>
      <Fact name="Needs">
        {needs.length === 0 ? (
          "No other module"
        ) : (
          <Lines
            lines={needs.map(([module, range]) => [
              module,
              <>
                {subject(module)} {range}
              </>,
            ])}
          />
        )}
      </Fact>
      <Fact name="Runs on">
        ABI {abi.major}.{abi.minor} or newer; {architectures.join(", ")}
      </Fact>
      <Fact name="Signed with the key">
        <code className="text-xs">{key_id}</code>
      </Fact>
      <Fact name="SHA-256">
        <code className="text-xs">{sha256}</code>
      </Fact>
    </dl>
  );
}

export function Fact({ name, children }: { name: string; children: ReactNode }) {
  return (
    <div className="min-w-0">
      <dt className="font-semibold text-muted-foreground">{name}</dt>
      <dd className="mt-0.5 wrap-anywhere">{children}</dd>
    </div>
  );
}

function Lines({ lines }: { lines: [key: string, line: ReactNode][] }) {
  return (
    <ul>
      {lines.map(([key, line]) => (
        <li key={key}>{line}</li>
      ))}
    </ul>
  );
}
