// SPDX-License-Identifier: AGPL-3.0-or-later
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { getRouteApi, useRouter } from "@tanstack/react-router";
import { type FormEvent, useId, useRef, useState } from "react";
import { post } from "@/api/client";
import { ApiError } from "@/api/errors";
import { meQuery } from "@/api/queries";
import type { Me } from "@/api/types";
import { ErrorPanel } from "@/components/error-panel";
import { Logo } from "@/components/logo";
import { useTitle } from "@/components/page";
import { Button } from "@/components/ui/button";
import { Card } from "@/components/ui/card";
import { Input, Label } from "@/components/ui/form-controls";
import { Notice } from "@/components/ui/notice";
import { safePath } from "@/lib/safe-path";

const route = getRouteApi("/login");

export function LoginPage() {
  const { from } = route.useSearch();
  useTitle("Log in");
  return (
    <main id="main" className="flex flex-1 flex-col items-center justify-center px-4 py-10">
      <div className="w-full max-w-sm">
        <div className="mb-6 text-center">
          <Logo className="mx-auto size-20" />
          <h1 className="mt-3 text-3xl font-extrabold tracking-tight">
            Rapt<span className="text-primary">Scallions</span>
          </h1>
          <p className="mt-1 text-muted-foreground">AI tools for your classroom.</p>
        </div>
        {from && (
          <Notice tone="info" title="Please log in to go on" className="mb-4">
            You will come back to where you were. What you wrote is kept.
          </Notice>
        )}
        <LoginForm from={from} />
      </div>
    </main>
  );
}

function LoginForm({ from }: { from: string | undefined }) {
  const router = useRouter();
  const queries = useQueryClient();
  const id = useId();
  const [missing, setMissing] = useState<"email" | "password" | null>(null);
  const password = useRef<HTMLInputElement>(null);
  const login = useMutation({
    mutationFn: (body: { email: string; password: string }) => post<Me>("/auth/login", body),
    onSuccess: (me) => {
      queries.clear();
      queries.setQueryData(meQuery.queryKey, me);
      router.history.push(safePath(from));
    },
    onError: (error) => {
      if (error instanceof ApiError && error.code === "INVALID_CREDENTIALS") password.current?.select();
    },
  });

  function submit(event: FormEvent<HTMLFormElement>): void {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const entered = { email: String(form.get("email")).trim(), password: String(form.get("password")) };
    const empty = entered.email === "" ? "email" : entered.password === "" ? "password" : null;
    setMissing(empty);
    if (empty) document.getElementById(`${id}-${empty}`)?.focus();
    else login.mutate(entered);
  }

  return (
    <Card className="p-6">
      <form noValidate onSubmit={submit} className="space-y-4">
        {login.isError && <ErrorPanel error={login.error} announce />}
        <div className="space-y-1.5">
          <Label htmlFor={`${id}-email`}>Email</Label>
          <Input id={`${id}-email`} name="email" type="email" autoComplete="username" required aria-invalid={missing === "email"} aria-describedby={`${id}-email-error`} />
          <FieldMessage id={`${id}-email-error`} text={missing === "email" ? "Please enter your email address." : null} />
        </div>
        <div className="space-y-1.5">
          <Label htmlFor={`${id}-password`}>Password</Label>
          <Input id={`${id}-password`} ref={password} name="password" type="password" autoComplete="current-password" required aria-invalid={missing === "password"} aria-describedby={`${id}-password-error`} />
          <FieldMessage id={`${id}-password-error`} text={missing === "password" ? "Please enter your password." : null} />
        </div>
        <Button type="submit" size="lg" className="w-full" disabled={login.isPending}>
          {login.isPending ? "Logging in…" : "Log in"}
        </Button>
      </form>
    </Card>
  );
}

function FieldMessage({ id, text }: { id: string; text: string | null }) {
  return (
    <p id={id} role="alert" className="text-sm font-medium text-danger-foreground empty:hidden">
      {text}
    </p>
  );
}
