// SPDX-License-Identifier: AGPL-3.0-or-later
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { account } from "@/api/account";
import { ApiError } from "@/api/errors";
import { instanceQuery } from "@/api/queries";
import { AuthLayout, Outcome, textLink } from "@/components/auth-layout";
import { ErrorPanel } from "@/components/error-panel";
import { NewPassword } from "@/components/new-password";
import { QueryView } from "@/components/query-view";
import { Button } from "@/components/ui/button";
import { TextField } from "@/components/ui/field";
import { Notice } from "@/components/ui/notice";
import { useForm } from "@/lib/form";

export function RegisterPage() {
  const instance = useQuery(instanceQuery);
  return (
    <AuthLayout title="Make an account">
      <QueryView query={instance}>{({ registration }) => (registration === "open" ? <RegisterForm /> : <Closed />)}</QueryView>
    </AuthLayout>
  );
}

function Closed() {
  return (
    <Notice tone="info" title="Accounts are made by your school">
      Ask your teacher or administrator for one.
    </Notice>
  );
}

function RegisterForm() {
  const { props, mutation, errorOf, error } = useForm({
    send: ({ email = "", name = "", password = "" }) => account.register({ email, name, password }),
  });
  if (mutation.isSuccess) {
    return (
      <Outcome title="Look into your mail">
        <p>We have sent a link to that address. Open it to confirm that the address is yours; it works for two days.</p>
        <p>
          Nothing there after a few minutes?{" "}
          <Link to="/verify-email" className={textLink}>
            Send a new link
          </Link>
        </p>
      </Outcome>
    );
  }
  if (error instanceof ApiError && error.code === "REGISTRATION_CLOSED") return <Closed />;
  return (
    <form {...props} className="space-y-4">
      {error && <ErrorPanel error={error} announce />}
      <TextField label="Your name" name="name" autoComplete="name" required maxLength={100} data-missing="Please enter your name." error={errorOf("name")} />
      <TextField label="Email" name="email" type="email" autoComplete="email" required maxLength={255} data-missing="Please enter your email address." error={errorOf("email")} />
      <NewPassword name="password" label="Password" error={errorOf("password")} />
      <Button type="submit" size="lg" className="w-full" disabled={mutation.isPending}>
        {mutation.isPending ? "Sending…" : "Make an account"}
      </Button>
    </form>
  );
}
