// SPDX-License-Identifier: AGPL-3.0-or-later
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Link, useRouter } from "@tanstack/react-router";
import { useEffect, useRef, useState } from "react";
import { type Device, type ProviderRef, account, providersQuery } from "@/api/account";
import { ApiError } from "@/api/errors";
import { instanceQuery, meQuery } from "@/api/queries";
import { textLink } from "@/components/auth-layout";
import { ErrorPanel } from "@/components/error-panel";
import { Button } from "@/components/ui/button";
import { Card } from "@/components/ui/card";
import { CheckField, TextField } from "@/components/ui/field";
import { Notice } from "@/components/ui/notice";
import { useForm } from "@/lib/form";
import { safePath } from "@/lib/safe-path";
import { ProviderButton, ProviderButtons } from "./provider-buttons";

type Step = "password" | "code" | "recovery";

/** Logs in by password, with a second step where the account has one, or leads to a provider. `provider`: it has let
 *  somebody in already, and only the second step is left. */
export function LoginForm({ from, provider }: { from: string | undefined; provider?: string | undefined }) {
  const [step, setStep] = useState<Step>(provider ? "code" : "password");
  const [device, setDevice] = useState<Device>("unknown");
  const [forced, setForced] = useState<ProviderRef | null>(null);
  const providers = useQuery(providersQuery).data ?? [];
  const router = useRouter();
  const queries = useQueryClient();
  const password = useRef<HTMLInputElement>(null);
  const looked = useRef("");
  const { props, mutation, errorOf, error } = useForm({
    send: ({ email = "", password = "", totp_code }) => provider && step !== "password" ? account.finishProvider(provider, totp_code ?? "") : account.logIn({ email, password, ...(device === "shared" ? { device } : {}), ...(totp_code ? { totp_code } : {}) }),
    onSuccess: (me) => {
      queries.clear();
      queries.setQueryData(meQuery.queryKey, me);
      router.history.push(safePath(from));
    },
    onError: (failure) => {
      if (!(failure instanceof ApiError)) return;
      if (failure.code === "TOTP_REQUIRED") setStep("code");
      if (failure.code === "PROVIDER_REQUIRED") setForced(requiredProvider(failure, providers));
      if (failure.code === "INVALID_CREDENTIALS") {
        setStep("password");
        password.current?.select();
      }
    },
  });

  async function lookUp(email: string): Promise<void> {
    if (email === looked.current || providers.length === 0) return;
    looked.current = email;
    if (!email.includes("@")) return setForced(null);
    // Only a convenience: when it fails, the login itself says what holds.
    const found = await account.lookUp(email).catch(() => null);
    if (email === looked.current) setForced(found?.forced ? found.provider : null);
  }

  const asked = error instanceof ApiError && (error.code === "TOTP_REQUIRED" || (forced !== null && error.code === "PROVIDER_REQUIRED"));
  const second = step !== "password";
  return (
    <Card className="p-6">
      <form {...props} className="space-y-4" aria-label="Log in">
        {error && !asked && <ErrorPanel error={error} announce />}
        {!(provider && second) && (
          <div hidden={second} className="space-y-4">
            <TextField label="Email" name="email" type="email" autoComplete="username" required data-missing="Please enter your email address." error={errorOf("email")} onBlur={(event) => void lookUp(event.target.value.trim())} />
            {forced ? (
              <ForcedProvider provider={forced} from={safePath(from)} device={device} />
            ) : (
              <TextField label="Password" name="password" ref={password} type="password" autoComplete="current-password" required data-missing="Please enter your password." error={errorOf("password")} />
            )}
            <CheckField label="This is a shared computer" name="" hint="You are logged out when the browser is closed." checked={device === "shared"} onChange={(event) => setDevice(event.target.checked ? "shared" : "unknown")} />
          </div>
        )}
        {second && <CodeStep key={step} step={step} error={errorOf("totp_code")} onStep={setStep} />}
        {!forced && (
          <Button type="submit" size="lg" className="w-full" disabled={mutation.isPending}>
            {mutation.isPending ? "Logging in…" : "Log in"}
          </Button>
        )}
      </form>
      {!second && !forced && <ProviderButtons providers={providers} from={safePath(from)} device={device} />}
      {!second && <Ways />}
    </Card>
  );
}

function ForcedProvider({ provider, from, device }: { provider: ProviderRef; from: string; device: Device }) {
  return (
    <Notice tone="info" title="Your school has a login of its own" announce actions={<ProviderButton provider={provider} from={from} device={device} />}>
      This address logs in there, without a password of RaptScallions.
    </Notice>
  );
}

function CodeStep({ step, error, onStep }: { step: Step; error: string | null; onStep: (step: Step) => void }) {
  const field = useRef<HTMLInputElement>(null);
  useEffect(() => field.current?.focus(), []);
  const recovery = step === "recovery";
  const kind = recovery
    ? { label: "Recovery code", hint: "One of the codes that you kept when you set up the second step. Each works once.", autoComplete: "off" }
    : { label: "Code from your app", hint: "Six digits. A new code comes every 30 seconds.", autoComplete: "one-time-code", inputMode: "numeric" as const };
  return (
    <>
      <TextField {...kind} ref={field} name="totp_code" required maxLength={64} data-missing="Please enter the code." error={error} autoCapitalize="none" spellCheck={false} />
      <div className="flex flex-wrap justify-between gap-2 text-sm">
        <button type="button" className={textLink} onClick={() => onStep(recovery ? "code" : "recovery")}>
          {recovery ? "Use the app instead" : "Use a recovery code"}
        </button>
        <button type="button" className={textLink} onClick={() => onStep("password")}>
          Back
        </button>
      </div>
    </>
  );
}

function Ways() {
  const open = useQuery(instanceQuery).data?.registration === "open";
  return (
    <div className="mt-5 flex flex-wrap justify-between gap-2 text-sm">
      <Link to="/forgot-password" className={textLink}>
        Forgot your password?
      </Link>
      {open && (
        <Link to="/register" className={textLink}>
          Make an account
        </Link>
      )}
    </div>
  );
}

/** The server names the provider; its title is known from the list. */
function requiredProvider(failure: ApiError, providers: ProviderRef[]): ProviderRef | null {
  const named = failure.details["provider"];
  const name = named !== null && typeof named === "object" && !Array.isArray(named) ? named["name"] : named;
  return providers.find((provider) => provider.name === name) ?? null;
}
