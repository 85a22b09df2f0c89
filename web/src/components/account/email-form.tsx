// SPDX-License-Identifier: AGPL-3.0-or-later
import { account } from "@/api/account";
import type { Me } from "@/api/types";
import { ErrorPanel } from "@/components/error-panel";
import { TextField } from "@/components/ui/field";
import { Notice } from "@/components/ui/notice";
import { useForm } from "@/lib/form";
import { FormEnd } from "./form-end";

export function EmailForm({ me }: { me: Me }) {
  const { props, mutation, errorOf, error } = useForm({
    proof: "password",
    send: ({ email = "", password = "" }) => account.changeEmail(email, password).then(() => email),
    onSuccess: (_, form) => form.reset(),
  });
  return (
    <form {...props} className="space-y-4">
      <p className="text-sm wrap-anywhere">
        Your address is <strong>{me.user.email}</strong>.{" "}
        {me.email_verified === false && <span className="text-muted-foreground">It has not been confirmed yet.</span>}
      </p>
      {mutation.isSuccess && (
        <Notice tone="info" title="Look into your mail" announce>
          We have sent a link to {mutation.data}. Your address changes when you open it; until then the old one holds.
        </Notice>
      )}
      {error && <ErrorPanel error={error} announce />}
      <TextField label="New address" name="email" type="email" autoComplete="email" required maxLength={255} data-missing="Please enter the new address." error={errorOf("email")} />
      <TextField label="Your password, to be sure it is you" name="password" type="password" autoComplete="current-password" required data-missing="Please enter your password." error={errorOf("password")} />
      <FormEnd label="Change the address" busy={mutation.isPending} done={null} />
    </form>
  );
}
