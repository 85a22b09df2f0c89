// SPDX-License-Identifier: AGPL-3.0-or-later
import { useQuery } from "@tanstack/react-query";
import { FlaskConical, Wrench } from "lucide-react";
import type { ReactNode } from "react";
import { instanceQuery } from "@/api/queries";

/** What every page must say plainly about this installation. */
export function InstanceBanners() {
  const { data } = useQuery(instanceQuery);
  if (!data) return null;
  return (
    <>
      {data.demo_model && (
        <Banner name="demo-model" icon={<FlaskConical aria-hidden className="size-4 shrink-0" />}>
          Answers come from the demonstration model on this machine, not from a real AI.
        </Banner>
      )}
      {data.development_mode && (
        <Banner name="development-mode" icon={<Wrench aria-hidden className="size-4 shrink-0" />}>
          Development mode: modules without a signature may run here. Do not use it with real students.
        </Banner>
      )}
    </>
  );
}

function Banner({ name, icon, children }: { name: string; icon: ReactNode; children: ReactNode }) {
  return (
    <p
      role="note"
      data-banner={name}
      className="flex items-center justify-center gap-2 border-b border-warning-border bg-warning-soft px-4 py-1.5 text-center text-xs leading-snug font-medium text-warning-foreground print:hidden"
    >
      {icon}
      <span>{children}</span>
    </p>
  );
}
