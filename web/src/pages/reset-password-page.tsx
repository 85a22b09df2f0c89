// SPDX-License-Identifier: AGPL-3.0-or-later
import { useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { account } from "@/api/account";
import { meQuery } from "@/api/queries";
import { AuthLayout, Outcome } from "@/components/auth-layout";
import { DeadLink, isDeadLink } from "@/components/dead-link";
import { ErrorPanel } from "@/components/error-panel";
import { NewPassword } from "@/components/new-password";
import { Button } from "@/components/ui/button";
import { useForm } from "@/lib/form";
import { useLinkToken } from "@/lib/link-token";

export function ResetPasswordPage() {
  const token = useLinkToken();
  return <AuthLayout title="Choose a new password">{token === null ? <DeadLink action={another} /> : <ResetForm key={token} token={token} />}</AuthLayout>;
}

function ResetForm({ token }: { token: string }) {
  const queries = useQueryClient();
  const { props, mutation, errorOf, error } = useForm({
    send: ({ password = "" }) => account.confirmReset(token, password),
    onSuccess: () => queries.removeQueries({ queryKey: meQuery.queryKey }), // every login has ended
  });
  if (mutation.isSuccess) {
    return (
      <Outcome title="Your password is changed">
        <p>Every device was logged out. Log in with the new password.</p>
        <Button asChild className="w-full">
          <Link to="/login">Log in</Link>
        </Button>
      </Outcome>
    );
  }
  if (isDeadLink(error)) return <DeadLink action={another} />;
  return (
    <form {...props} className="space-y-4">
      {error && <ErrorPanel error={error} announce />}
      <NewPassword name="password" error={errorOf("password")} />
      <Button type="submit" size="lg" className="w-full" disabled={mutation.isPending}>
        {mutation.isPending ? "Changing…" : "Change the password"}
      </Button>
    </form>
  );
}

const another = (
  <Button asChild size="sm" variant="outline">
    <Link to="/forgot-password">Ask for another link</Link>
  </Button>
);
