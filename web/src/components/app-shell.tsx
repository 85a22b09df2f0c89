// SPDX-License-Identifier: AGPL-3.0-or-later
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Link, Outlet, useLocation, useNavigate } from "@tanstack/react-router";
import { Braces, LogOut, Settings, UserRound } from "lucide-react";
import { post } from "@/api/client";
import type { Me } from "@/api/types";
import { forgetDrafts } from "@/lib/drafts";
import { humanize } from "@/lib/format";
import { isAdmin, isTeaching, isUserAdmin } from "@/lib/roles";
import { Frame, navLook } from "./frame";
import { AdvisoryBanner } from "./marketplace/advisory-banner";
import { ThemeChoices } from "./theme-menu";
import { Button } from "./ui/button";
import { Menu, MenuItem, MenuLabel, MenuSeparator } from "./ui/menu";

/** The frame around every page of somebody who is logged in. */
export function AppShell({ me }: { me: Me }) {
  const { pathname } = useLocation();
  return (
    <Frame
      home="RaptScallions, home"
      navigation={
        <>
          <NavLink to="/" label="Home" />
          {isTeaching(me) && <NavLink to="/teaching" label="Teaching" />}
          {isUserAdmin(me) && <NavLink to="/admin/users" label="People" />}
          {isUserAdmin(me) && <NavLink to="/admin/ai/settings" label="AI" />}
          {isTeaching(me) && !isUserAdmin(me) && <NavLink to="/admin/ai/usage" label="AI usage" />}
          {isAdmin(me) && <NavLink to="/admin/modules" label="Modules" />}
          {isAdmin(me) && <NavLink to="/admin/platform" label="Platform" />}
          {isUserAdmin(me) && !isAdmin(me) && <NavLink to="/admin/module-settings" label="Modules" />}
        </>
      }
      menu={<UserMenu me={me} />}
    >
      {isAdmin(me) && pathname.startsWith("/admin/") && <AdvisoryBanner />}
      <Outlet />
    </Frame>
  );
}

function NavLink({ to, label }: { to: string; label: string }) {
  return (
    <Link to={to} activeOptions={{ exact: to === "/" }} {...navLook}>
      {label}
    </Link>
  );
}

function UserMenu({ me }: { me: Me }) {
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
      <ThemeChoices />
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
