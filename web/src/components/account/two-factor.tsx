// SPDX-License-Identifier: AGPL-3.0-or-later
import { useQueryClient } from "@tanstack/react-query";
import { ShieldCheck } from "lucide-react";
import { useState } from "react";
import { type TotpSetup, account } from "@/api/account";
import { meQuery } from "@/api/queries";
import type { Me } from "@/api/types";
import { ErrorPanel } from "@/components/error-panel";
import { QrCode } from "@/components/qr-code";
import { Badge } from "@/components/ui/badge";
import { Button } from "@/components/ui/button";
import { TextField } from "@/components/ui/field";
import { useForm } from "@/lib/form";
import { FormEnd } from "./form-end";
import { RecoveryCodes } from "./recovery-codes";

type Stage = { name: "idle" } | { name: "password" } | { name: "scan"; setup: TotpSetup } | { name: "codes"; codes: string[] };

export function TwoFactor({ me }: { me: Me }) {
  const [stage, setStage] = useState<Stage>({ name: "idle" });
  const queries = useQueryClient();
  const settled = () => {
    setStage({ name: "idle" });
    void queries.invalidateQueries({ queryKey: meQuery.queryKey });
  };
  if (stage.name === "codes") return <RecoveryCodes codes={stage.codes} onDone={settled} />;
  if (stage.name === "scan") return <Scan setup={stage.setup} onCodes={(codes) => setStage({ name: "codes", codes })} />;
  const on = me.totp_enabled;
  const cancel = () => setStage({ name: "idle" });
  if (stage.name === "password") {
    return on ? <SwitchOff onDone={settled} onCancel={cancel} /> : <Start onSetup={(setup) => setStage({ name: "scan", setup })} onCancel={cancel} />;
  }
  return (
    <div className="space-y-3">
      <p className="text-sm">
        {on ? (
          <Badge tone="good">
            <ShieldCheck aria-hidden /> On
          </Badge>
        ) : (
          <Badge>Off</Badge>
        )}{" "}
        {on ? "Logging in asks for a code from your app." : "With it, a stolen password alone lets nobody in: logging in also asks for a code from an app on your phone."}
      </p>
      <Button variant={on ? "danger" : "primary"} onClick={() => setStage({ name: "password" })}>
        {on ? "Switch it off" : "Set it up"}
      </Button>
    </div>
  );
}

interface ProofProps<Answer> {
  label: string;
  send: (password: string) => Promise<Answer>;
  onDone: (answer: Answer) => void;
  onCancel: () => void;
}

/** Asks for the password again before the second step is touched. */
function Proof<Answer>({ label, send, onDone, onCancel }: ProofProps<Answer>) {
  const { props, mutation, errorOf, error } = useForm({ proof: "password", send: ({ password = "" }) => send(password), onSuccess: onDone });
  return (
    <form {...props} className="space-y-4">
      {error && <ErrorPanel error={error} announce />}
      <TextField label="Your password, to be sure it is you" name="password" type="password" autoComplete="current-password" autoFocus required data-missing="Please enter your password." error={errorOf("password")} />
      <div className="flex flex-wrap gap-2">
        <FormEnd label={label} busy={mutation.isPending} done={null} />
        <Button variant="ghost" onClick={onCancel}>
          Cancel
        </Button>
      </div>
    </form>
  );
}

function Start({ onSetup, onCancel }: { onSetup: (setup: TotpSetup) => void; onCancel: () => void }) {
  return <Proof label="Go on" send={account.startTotp} onDone={onSetup} onCancel={onCancel} />;
}

function SwitchOff({ onDone, onCancel }: { onDone: () => void; onCancel: () => void }) {
  return <Proof label="Switch it off" send={account.stopTotp} onDone={onDone} onCancel={onCancel} />;
}

function Scan({ setup, onCodes }: { setup: TotpSetup; onCodes: (codes: string[]) => void }) {
  const { props, mutation, errorOf, error } = useForm({
    send: ({ code = "" }) => account.confirmTotp(code.replace(/\s/g, "")),
    onSuccess: ({ recovery_codes }) => onCodes(recovery_codes),
  });
  return (
    <form {...props} className="space-y-4">
      <p className="text-sm">Scan this with an authenticator app, then enter the code that it shows.</p>
      <QrCode text={setup.otpauth_uri} label="QR code for an authenticator app" />
      <p className="text-sm text-muted-foreground">
        No camera? Enter this key in the app: <code className="font-mono font-semibold break-all text-foreground">{setup.secret.replace(/(.{4})(?=.)/g, "$1 ")}</code>
      </p>
      {error && <ErrorPanel error={error} announce />}
      <TextField label="Code from your app" name="code" autoComplete="one-time-code" inputMode="numeric" required maxLength={10} data-missing="Please enter the code." error={errorOf("code")} />
      <FormEnd label="Switch it on" busy={mutation.isPending} done={null} />
    </form>
  );
}
