// SPDX-License-Identifier: AGPL-3.0-or-later
import { useState } from "react";
import type { Module } from "@/api/types";
import { InstallDialog } from "@/components/marketplace/install-dialog";
import { Button } from "@/components/ui/button";
import { Notice } from "@/components/ui/notice";

/** A newer version, and why it has not come by itself. */
export function UpdateNotice({ module: { name, update } }: { module: Module }) {
  const [looking, setLooking] = useState(false);
  if (!update) return null;
  const { held_because, needs_consent, version } = update;
  return (
    <>
      <Notice
        tone="info"
        title={`Version ${version} is there`}
        actions={
          <Button size="sm" variant="outline" onClick={() => setLooking(true)}>
            Look at the update
          </Button>
        }
      >
        {held_because && <p>{held_because}</p>}
        {needs_consent && <p>It asks for more than it has now, so it waits for you.</p>}
      </Notice>
      {looking && <InstallDialog subject={{ name, version }} onClose={() => setLooking(false)} />}
    </>
  );
}
