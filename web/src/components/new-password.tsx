// SPDX-License-Identifier: AGPL-3.0-or-later
import { useState } from "react";
import { cn } from "@/lib/cn";
import { leastPassword, passwordHint } from "@/lib/password";
import { CheckField, TextField } from "./ui/field";

const colors = ["bg-danger", "bg-danger", "bg-warning-border", "bg-primary"];

interface NewPasswordProps {
  name: string;
  label?: string;
  error: string | null;
}

/** A field for a new password, with a word on how good it is. It can be looked at, so it is asked for once. */
export function NewPassword({ name, label = "New password", error }: NewPasswordProps) {
  const [password, setPassword] = useState("");
  const [shown, setShown] = useState(false);
  const { level, text } = passwordHint(password);
  const hint = (
    <>
      <span aria-hidden className="mb-1 grid grid-cols-3 gap-1">
        {[1, 2, 3].map((step) => (
          <span key={step} className={cn("h-1 rounded-full bg-muted", level >= step && colors[level])} />
        ))}
      </span>
      <span aria-live="polite">{text}</span>
    </>
  );
  return (
    <div className="space-y-2">
      <TextField
        label={label}
        name={name}
        type={shown ? "text" : "password"}
        autoComplete="new-password"
        autoCapitalize="none"
        spellCheck={false}
        required
        maxLength={256}
        data-least={leastPassword}
        data-missing="Please choose a password."
        value={password}
        onChange={(event) => setPassword(event.target.value)}
        hint={hint}
        error={error}
      />
      <CheckField label="Show the password" name="" checked={shown} onChange={(event) => setShown(event.target.checked)} />
    </div>
  );
}
