// SPDX-License-Identifier: AGPL-3.0-or-later
import { Link, useLocation } from "@tanstack/react-router";
import { type ReactNode, useEffect, useRef } from "react";
import { Wordmark } from "./logo";

interface FrameProps {
  /** What the way home is called. */
  home: string;
  /** Said beside the name of the platform. */
  place?: string;
  navigation: ReactNode;
  menu: ReactNode;
  children: ReactNode;
}

/** What stands around every page: the way past it for keyboards, the bar at the top, and the place of the page itself. */
export function Frame({ home, place, navigation, menu, children }: FrameProps) {
  const main = useRef<HTMLElement>(null);
  const { pathname } = useLocation();
  const shown = useRef(pathname);
  useEffect(() => {
    if (shown.current !== pathname) main.current?.focus({ preventScroll: true });
    shown.current = pathname;
  }, [pathname]);
  return (
    <>
      <a
        href="#main"
        className="sr-only z-50 rounded-lg bg-primary px-4 py-2 font-semibold text-primary-foreground focus:not-sr-only focus:absolute focus:top-2 focus:left-2"
      >
        Skip to the content
      </a>
      <header className="border-b bg-card print:hidden">
        <div className="mx-auto flex h-14 max-w-6xl items-center gap-1 px-3 sm:gap-4 sm:px-6">
          <Link to="/" aria-label={home} className="flex rounded-lg max-sm:[&_span>span]:hidden">
            <Wordmark />
          </Link>
          {place && <span className="-ml-1 text-sm font-semibold text-muted-foreground max-sm:hidden">{place}</span>}
          <nav aria-label="Main" className="flex min-w-0 flex-1 items-center overflow-x-auto sm:gap-1">
            {navigation}
          </nav>
          {menu}
        </div>
      </header>
      <main id="main" ref={main} tabIndex={-1} className="flex min-h-0 flex-1 flex-col">
        {children}
      </main>
    </>
  );
}

export const navLook = {
  className: "rounded-lg px-1.5 py-2 text-sm whitespace-nowrap focus-visible:-outline-offset-2 font-semibold text-muted-foreground hover:bg-accent hover:text-foreground sm:px-3",
  activeProps: { className: "!text-primary-soft-foreground bg-primary-soft" },
};
