// SPDX-License-Identifier: AGPL-3.0-or-later
import { FileUp } from "lucide-react";
import { useState } from "react";
import type { Upload } from "@/api/marketplace";
import { InstallDialog } from "@/components/marketplace/install-dialog";
import { UploadDialog } from "@/components/marketplace/upload-dialog";
import { Button } from "@/components/ui/button";

/** The button that installs a bundle from this computer, with the dialogs behind it. */
export function InstallFromFile() {
  const [stage, setStage] = useState<"no" | "choosing" | Upload>("no");
  const close = () => setStage("no");
  return (
    <>
      <Button variant="outline" onClick={() => setStage("choosing")}>
        <FileUp aria-hidden /> Install from a file
      </Button>
      {stage === "choosing" && <UploadDialog onUploaded={setStage} onClose={() => setStage((now) => (now === "choosing" ? "no" : now))} />}
      {typeof stage === "object" && <InstallDialog subject={stage} onClose={close} />}
    </>
  );
}
