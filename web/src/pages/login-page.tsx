// SPDX-License-Identifier: AGPL-3.0-or-later
import { getRouteApi } from "@tanstack/react-router";
import { loginError } from "@/components/login/login-errors";
import { LoginForm } from "@/components/login/login-form";
import { Logo } from "@/components/logo";
import { useTitle } from "@/components/page";
import { Notice } from "@/components/ui/notice";

const route = getRouteApi("/login");

export function LoginPage() {
  const { from, error, second_factor: provider } = route.useSearch();
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
        {error && <LoginError code={error} />}
        {from && !error && !provider && (
          <Notice tone="info" title="Please log in to go on" className="mb-4">
            You will come back to where you were. What you wrote is kept.
          </Notice>
        )}
        <LoginForm from={from} provider={provider} />
      </div>
    </main>
  );
}

function LoginError({ code }: { code: string }) {
  const [title, text] = loginError(code);
  return (
    <Notice tone="danger" title={title} className="mb-4" announce>
      {text}
    </Notice>
  );
}
