// SPDX-License-Identifier: AGPL-3.0-or-later
import { Link, Outlet } from "@tanstack/react-router";
import { Frame, navLook } from "@/components/frame";
import { ThemeMenu } from "@/components/theme-menu";

const places = [
  ["/", "Modules"],
  ["/tools", "Tools"],
  ["/advisories", "Advisories"],
  ["/releases", "Releases"],
] as const;

/** The frame around every page of the registry. */
export function Shell() {
  return (
    <>
      <Frame
        home="RaptScallions registry, home"
        place="Registry"
        navigation={places.map(([to, label]) => (
          <Link key={to} to={to} activeOptions={{ exact: to === "/", includeSearch: false }} {...navLook}>
            {label}
          </Link>
        ))}
        menu={<ThemeMenu />}
      >
        <Outlet />
      </Frame>
      <footer className="border-t px-4 py-6 text-center text-sm text-muted-foreground print:hidden">
        A registry only offers. Whoever installs a module checks its publisher’s signature again.{" "}
        <a href="/api/openapi.json" className="underline underline-offset-4">
          The same for programs
        </a>
      </footer>
    </>
  );
}
