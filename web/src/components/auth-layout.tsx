// SPDX-License-Identifier: AGPL-3.0-or-later
import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { Logo } from "./logo";
import { useTitle } from "./page";
import { Card } from "./ui/card";

export const textLink = "font-semibold text-primary underline underline-offset-4";

/** The frame of the pages for somebody who is not logged in yet. */
export function AuthLayout({ title, children }: { title: string; children: ReactNode }) {
  useTitle(title);
  return (
    <main id="main" className="flex flex-1 flex-col items-center justify-center px-4 py-10">
      <div className="w-full max-w-sm">
        <Logo className="mx-auto size-16" />
        <h1 className="mt-3 mb-5 text-center text-2xl font-extrabold tracking-tight">{title}</h1>
        <Card className="p-6">{children}</Card>
        <p className="mt-5 text-center text-sm">
          <Link to="/login" className={textLink}>
            Go to the login page
          </Link>
        </p>
      </div>
    </main>
  );
}

/** What has been done, told to screen readers when it appears in place of a form. */
export function Outcome({ title, children }: { title: string; children: ReactNode }) {
  return (
    <div role="status" className="space-y-2">
      <h2 className="text-lg font-bold">{title}</h2>
      <div className="space-y-3 text-sm text-muted-foreground">{children}</div>
    </div>
  );
}
