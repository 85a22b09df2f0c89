// SPDX-License-Identifier: AGPL-3.0-or-later
import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { account, loginsQuery } from "@/api/account";
import { ErrorPanel } from "@/components/error-panel";
import { NewPassword } from "@/components/new-password";
import { TextField } from "@/components/ui/field";
import { useForm } from "@/lib/form";
import { FormEnd } from "./form-end";

export function PasswordForm() {
  const queries = useQueryClient();
  const [round, setRound] = useState(0);
  const { props, mutation, errorOf, error } = useForm({
    proof: "current_password",
    send: ({ current_password = "", new_password = "" }) => account.changePassword(current_password, new_password),
    onSuccess: (_, form) => {
      form.reset();
      setRound(round + 1);
      void queries.invalidateQueries({ queryKey: loginsQuery.queryKey });
    },
  });
  return (
    <form {...props} className="space-y-4">
      {error && <ErrorPanel error={error} announce />}
      <TextField label="Current password" name="current_password" type="password" autoComplete="current-password" required data-missing="Please enter your present password." error={errorOf("current_password")} />
      <NewPassword key={round} name="new_password" error={errorOf("new_password")} />
      <FormEnd label="Change the password" busy={mutation.isPending} done={mutation.isSuccess ? "Changed. Your other devices were logged out." : null} />
    </form>
  );
}
