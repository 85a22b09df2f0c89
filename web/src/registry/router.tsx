// SPDX-License-Identifier: AGPL-3.0-or-later
// Every page of the registry with its address.
import { createRootRoute, createRoute, createRouter, lazyRouteComponent } from "@tanstack/react-router";
import { ErrorPage } from "@/components/error-panel";
import { NotFoundPage } from "@/pages/not-found-page";
import { ModulesPage } from "./pages/modules-page";
import type { RegistryFilter, ToolFilter } from "./queries";
import { Shell } from "./shell";

const root = createRootRoute({ component: Shell, notFoundComponent: NotFoundPage });

const modules = createRoute({
  getParentRoute: () => root,
  path: "/",
  validateSearch: (search) => texts(search, ["q", "category", "hook", "permission", "abi", "sort"]) as RegistryFilter,
  component: ModulesPage,
});

const module = createRoute({
  getParentRoute: () => root,
  path: "/modules/$name",
  validateSearch: (search) => texts(search, ["version"]) as { version?: string },
  component: lazyRouteComponent(() => import("./pages/module-page"), "ModulePage"),
});

const publisher = createRoute({
  getParentRoute: () => root,
  path: "/publishers/$name",
  component: lazyRouteComponent(() => import("./pages/publisher-page"), "PublisherPage"),
});

const tools = createRoute({
  getParentRoute: () => root,
  path: "/tools",
  validateSearch: (search) => texts(search, ["q", "type", "subject"]) as ToolFilter,
  component: lazyRouteComponent(() => import("./pages/tools-pages"), "ToolsPage"),
});

const tool = createRoute({
  getParentRoute: () => root,
  path: "/tools/$id",
  component: lazyRouteComponent(() => import("./pages/tools-pages"), "ToolPage"),
});

const advisories = createRoute({
  getParentRoute: () => root,
  path: "/advisories",
  validateSearch: (search) => texts(search, ["module"]) as { module?: string },
  component: lazyRouteComponent(() => import("./pages/advisories-page"), "AdvisoriesPage"),
});

const releases = createRoute({
  getParentRoute: () => root,
  path: "/releases",
  component: lazyRouteComponent(() => import("./pages/releases-page"), "ReleasesPage"),
});

export function newRouter() {
  return createRouter({
    routeTree: root.addChildren([modules, module, publisher, tools, tool, advisories, releases]),
    defaultPreload: false,
    scrollRestoration: true,
    defaultErrorComponent: ({ error, reset }) => <ErrorPage error={error} onRetry={reset} />,
    defaultNotFoundComponent: NotFoundPage,
  });
}

/** The parameters of the address that are there; a bare number in an address is text too. */
function texts(search: Record<string, unknown>, names: string[]): Record<string, string> {
  const found = names.flatMap((name): [string, string][] => {
    const value = search[name];
    return (typeof value === "string" && value !== "") || typeof value === "number" ? [[name, String(value)]] : [];
  });
  return Object.fromEntries(found);
}

declare module "@tanstack/react-router" {
  interface Register {
    router: ReturnType<typeof newRouter>;
  }
}
