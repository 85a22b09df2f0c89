// SPDX-License-Identifier: AGPL-3.0-or-later
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { account } from "@/api/account";
import { meQuery } from "@/api/queries";
import { AuthLayout, Outcome } from "@/components/auth-layout";
import { DeadLink, isDeadLink } from "@/components/dead-link";
import { ErrorPanel } from "@/components/error-panel";
import { Button } from "@/components/ui/button";
import { TextField } from "@/components/ui/field";
import { useForm } from "@/lib/form";
import { useLinkToken } from "@/lib/link-token";

export function VerifyEmailPage() {
  const token = useLinkToken();
  return <AuthLayout title="Confirm your address">{token === null ? <Resend /> : <Verify key={token} token={token} />}</AuthLayout>;
}

/** Waits for a click: mail programs open links to look at them, and that must not use the link up. */
function Verify({ token }: { token: string }) {
  const queries = useQueryClient();
  const verify = useMutation({
    mutationFn: () => account.verifyEmail(token),
    onSuccess: () => queries.invalidateQueries({ queryKey: meQuery.queryKey }),
  });
  if (verify.isSuccess) {
    return (
      <Outcome title="Your address is confirmed">
        <Button asChild className="w-full">
          <Link to="/">Go on</Link>
        </Button>
      </Outcome>
    );
  }
  if (isDeadLink(verify.error)) {
    return (
      <div className="space-y-5">
        <DeadLink action={undefined} />
        <Resend />
      </div>
    );
  }
  return (
    <div className="space-y-4">
      {verify.isError && <ErrorPanel error={verify.error} announce />}
      <p className="text-sm text-muted-foreground">One click shows that this address is yours.</p>
      <Button size="lg" className="w-full" disabled={verify.isPending} onClick={() => verify.mutate()}>
        {verify.isPending ? "Confirming…" : "Confirm my address"}
      </Button>
    </div>
  );
}

function Resend() {
  const { props, mutation, errorOf, error } = useForm({ send: ({ email = "" }) => account.resendVerification(email) });
  if (mutation.isSuccess) {
    return (
      <Outcome title="Look into your mail">
        <p>If an account waits for this address, a new link is on its way. It works for two days.</p>
      </Outcome>
    );
  }
  return (
    <form {...props} className="space-y-4">
      {error && <ErrorPanel error={error} announce />}
      <TextField label="Email" name="email" type="email" autoComplete="email" required data-missing="Please enter your email address." error={errorOf("email")} hint="We mail you a new link." />
      <Button type="submit" size="lg" className="w-full" disabled={mutation.isPending}>
        {mutation.isPending ? "Sending…" : "Send a new link"}
      </Button>
    </form>
  );
}
