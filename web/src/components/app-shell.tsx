// SPDX-License-Identifier: AGPL-3.0-or-later
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Link, Outlet, useLocation, useNavigate } from "@tanstack/react-router";
import { Braces, LogOut, Monitor, Moon, Settings, Sun, UserRound } from "lucide-react";
import { useEffect, useRef } from "react";
import { post } from "@/api/client";
import type { Me } from "@/api/types";
import { forgetDrafts } from "@/lib/drafts";
import { humanize } from "@/lib/format";
import { isAdmin, isTeaching, isUserAdmin } from "@/lib/roles";
import { type ThemeChoice, setTheme, useTheme } from "@/lib/theme";
import { Wordmark } from "./logo";
import { Button } from "./ui/button";
import { Menu, MenuItem, MenuLabel, MenuRadioGroup, MenuRadioItem, MenuSeparator } from "./ui/menu";

/** The frame around every page of somebody who is logged in. */
export function AppShell({ me }: { me: Me }) {
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
          <Link to="/" aria-label="RaptScallions, home" className="flex rounded-lg max-sm:[&_span>span]:hidden">
            <Wordmark />
          </Link>
          <nav aria-label="Main" className="flex min-w-0 flex-1 items-center overflow-x-auto sm:gap-1">
            <NavLink to="/" label="Home" />
            {isTeaching(me) && <NavLink to="/teaching" label="Teaching" />}
            {isUserAdmin(me) && <NavLink to="/admin/users" label="People" />}
            {isUserAdmin(me) && <NavLink to="/admin/ai/settings" label="AI" />}
            {isTeaching(me) && !isUserAdmin(me) && <NavLink to="/admin/ai/usage" label="AI usage" />}
            {isAdmin(me) && <NavLink to="/admin/modules" label="Modules" />}
            {isUserAdmin(me) && !isAdmin(me) && <NavLink to="/admin/module-settings" label="Modules" />}
          </nav>
          <UserMenu me={me} />
        </div>
      </header>
      <main id="main" ref={main} tabIndex={-1} className="flex min-h-0 flex-1 flex-col">
        <Outlet />
      </main>
    </>
  );
}

function NavLink({ to, label }: { to: string; label: string }) {
  return (
    <Link
      to={to}
      activeOptions={{ exact: to === "/" }}
      className="rounded-lg px-1.5 py-2 text-sm whitespace-nowrap focus-visible:-outline-offset-2 font-semibold text-muted-foreground hover:bg-accent hover:text-foreground sm:px-3"
      activeProps={{ className: "!text-primary-soft-foreground bg-primary-soft" }}
    >
      {label}
    </Link>
  );
}

function UserMenu({ me }: { me: Me }) {
  const theme = useTheme();
  const navigate = useNavigate();
  const queries = useQueryClient();
  const logout = useMutation({
    mutationFn: () => post<void>("/auth/logout"),
    onSuccess: async () => {
      forgetDrafts();
      await navigate({ to: "/login" });
      queries.clear();
    },
  });
  return (
    <Menu
      trigger={
        <Button variant="ghost" className="max-w-44 px-2 sm:max-w-64" aria-label={`Account of ${me.user.name}`}>
          <UserRound aria-hidden />
          <span className="truncate max-sm:hidden">{me.user.name}</span>
        </Button>
      }
    >
      <MenuLabel>
        <span className="block text-sm text-foreground">{me.user.name}</span>
        <span className="block font-normal">{me.user.email}</span>
        <span className="block font-normal">{me.roles.map(humanize).join(", ")}</span>
      </MenuLabel>
      <MenuSeparator />
      <MenuItem onSelect={() => void navigate({ to: "/account" })}>
        <Settings aria-hidden /> Your account
      </MenuItem>
      <MenuItem onSelect={() => void navigate({ to: "/developers/api" })}>
        <Braces aria-hidden /> The API
      </MenuItem>
      <MenuSeparator />
      <MenuRadioGroup value={theme} onValueChange={(value) => setTheme(value as ThemeChoice)} aria-label="Theme">
        <MenuRadioItem value="system">
          <Monitor aria-hidden /> Same as the system
        </MenuRadioItem>
        <MenuRadioItem value="light">
          <Sun aria-hidden /> Light
        </MenuRadioItem>
        <MenuRadioItem value="dark">
          <Moon aria-hidden /> Dark
        </MenuRadioItem>
      </MenuRadioGroup>
      <MenuSeparator />
      <MenuItem
        onSelect={(event) => {
          event.preventDefault();
          logout.mutate();
        }}
        disabled={logout.isPending}
      >
        <LogOut aria-hidden /> {logout.isError ? "That failed. Try logging out again" : "Log out"}
      </MenuItem>
    </Menu>
  );
}
