// SPDX-License-Identifier: AGPL-3.0-or-later
import { Link } from "@tanstack/react-router";
import { Logo } from "@/components/logo";
import { useTitle } from "@/components/page";
import { Button } from "@/components/ui/button";

export function NotFoundPage() {
  useTitle("Page not found");
  return (
    <div className="flex flex-1 flex-col items-center justify-center px-4 py-16 text-center">
      <Logo className="size-24 rotate-12 opacity-70" />
      <h1 className="mt-5 text-2xl font-extrabold">No tracks lead here</h1>
      <p className="mt-2 max-w-sm text-muted-foreground">There is no page at this address. It may have moved, or the address may be mistyped.</p>
      <Button asChild className="mt-6">
        <Link to="/">Go to the home page</Link>
      </Button>
    </div>
  );
}
