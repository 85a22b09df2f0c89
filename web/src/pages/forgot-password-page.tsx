// SPDX-License-Identifier: AGPL-3.0-or-later
import { account } from "@/api/account";
import { AuthLayout, Outcome } from "@/components/auth-layout";
import { ErrorPanel } from "@/components/error-panel";
import { Button } from "@/components/ui/button";
import { TextField } from "@/components/ui/field";
import { useForm } from "@/lib/form";

export function ForgotPasswordPage() {
  const { props, mutation, errorOf, error } = useForm({ send: ({ email = "" }) => account.askReset(email) });
  return (
    <AuthLayout title="Forgot your password?">
      {mutation.isSuccess ? (
        <Outcome title="Look into your mail">
          {/* The same words whether or not there is an account: nobody learns who has one. */}
          <p>If there is an account with that address, a link to choose a new password is on its way. It works for one hour.</p>
          <p>Nothing there after a few minutes? Look among the unwanted mail, or ask your teacher.</p>
        </Outcome>
      ) : (
        <form {...props} className="space-y-4">
          {error && <ErrorPanel error={error} announce />}
          <TextField label="Email" name="email" type="email" autoComplete="username" required data-missing="Please enter your email address." error={errorOf("email")} hint="We mail you a link to choose a new password." />
          <Button type="submit" size="lg" className="w-full" disabled={mutation.isPending}>
            {mutation.isPending ? "Sending…" : "Send the link"}
          </Button>
        </form>
      )}
    </AuthLayout>
  );
}
