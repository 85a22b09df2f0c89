// SPDX-License-Identifier: AGPL-3.0-or-later
// Every page with its address and who may open it. The server decides about the data; these rules only lead the way.
import { type QueryClient, useQuery } from "@tanstack/react-query";
import { type ErrorComponentProps, Outlet, createRootRouteWithContext, createRoute, createRouter, lazyRouteComponent, notFound, redirect, useRouter } from "@tanstack/react-router";
import { ApiError } from "@/api/errors";
import type { FindingFilter } from "@/api/findings";
import type { ModuleFilter } from "@/api/market-types";
import { meQuery } from "@/api/queries";
import type { Me } from "@/api/types";
import type { UserFilter } from "@/api/users";
import { AppShell } from "@/components/app-shell";
import { ErrorPage } from "@/components/error-panel";
import { InstanceBanners } from "@/components/instance-banners";
import { Skeleton } from "@/components/ui/card";
import { isAdmin, isTeaching, isUserAdmin } from "@/lib/roles";
import { HomePage } from "@/pages/home-page";
import { LoginPage } from "@/pages/login-page";
import { NotFoundPage } from "@/pages/not-found-page";

const root = createRootRouteWithContext<{ queries: QueryClient }>()({
  component: () => (
    <>
      <InstanceBanners />
      <Outlet />
    </>
  ),
  notFoundComponent: NotFoundPage,
});

const login = createRoute({
  getParentRoute: () => root,
  path: "/login",
  validateSearch: (search) => ({ ...text(search, "from"), ...text(search, "error"), ...text(search, "second_factor") }) as { from?: string; error?: string; second_factor?: string },
  component: LoginPage,
});

const forgotPassword = createRoute({
  getParentRoute: () => root,
  path: "/forgot-password",
  component: lazyRouteComponent(() => import("@/pages/forgot-password-page"), "ForgotPasswordPage"),
});

const resetPassword = createRoute({
  getParentRoute: () => root,
  path: "/reset-password",
  component: lazyRouteComponent(() => import("@/pages/reset-password-page"), "ResetPasswordPage"),
});

const verifyEmail = createRoute({
  getParentRoute: () => root,
  path: "/verify-email",
  component: lazyRouteComponent(() => import("@/pages/verify-email-page"), "VerifyEmailPage"),
});

const register = createRoute({
  getParentRoute: () => root,
  path: "/register",
  component: lazyRouteComponent(() => import("@/pages/register-page"), "RegisterPage"),
});

const developers = createRoute({
  getParentRoute: () => root,
  path: "/developers/api",
  component: lazyRouteComponent(() => import("@/pages/api-page"), "ApiPage"),
});

const authed = createRoute({
  getParentRoute: () => root,
  id: "authed",
  beforeLoad: async ({ context, location }): Promise<{ me: Me }> => {
    try {
      return { me: await context.queries.ensureQueryData(meQuery) };
    } catch (error) {
      if (!(error instanceof ApiError && error.isExpiredLogin)) throw error;
      const from = location.href === "/" ? {} : { from: location.href };
      throw redirect({ to: "/login", search: from, replace: true });
    }
  },
  component: function Authed() {
    const { me } = authed.useRouteContext();
    return <AppShell me={useQuery(meQuery).data ?? me} />;
  },
});

const home = createRoute({ getParentRoute: () => authed, path: "/", component: HomePage });

const chat = createRoute({
  getParentRoute: () => authed,
  path: "/sessions/$id",
  component: lazyRouteComponent(() => import("@/pages/chat-page"), "ChatPage"),
});

const tool = createRoute({
  getParentRoute: () => authed,
  path: "/tools/$id",
  validateSearch: (search) => ({ ...text(search, "assignment"), ...text(search, "from_run") }) as { assignment?: string; from_run?: string },
  component: lazyRouteComponent(() => import("@/pages/tool-page"), "ToolPage"),
});

const run = createRoute({
  getParentRoute: () => authed,
  path: "/runs/$id",
  component: lazyRouteComponent(() => import("@/pages/run-page"), "RunPage"),
});

const teaching = createRoute({
  getParentRoute: () => authed,
  path: "/teaching",
  validateSearch: (search) =>
    ({ ...text(search, "class_id"), ...text(search, "tool_id"), ...text(search, "state") }) as { class_id?: string; tool_id?: string; state?: string },
  beforeLoad: ({ context }) => hiddenUnless(isTeaching(context.me)),
  component: lazyRouteComponent(() => import("@/pages/teaching-page"), "TeachingPage"),
});

const transcript = createRoute({
  getParentRoute: () => authed,
  path: "/teaching/sessions/$id",
  beforeLoad: ({ context }) => hiddenUnless(isTeaching(context.me)),
  component: lazyRouteComponent(() => import("@/pages/transcript-page"), "TranscriptPage"),
});

const account = createRoute({
  getParentRoute: () => authed,
  path: "/account",
  component: lazyRouteComponent(() => import("@/pages/account-page"), "AccountPage"),
});

const users = createRoute({
  getParentRoute: () => authed,
  path: "/admin/users",
  validateSearch: (search) =>
    ({ ...text(search, "q"), ...text(search, "status"), ...text(search, "role"), ...text(search, "group_id"), ...text(search, "sort") }) as UserFilter,
  beforeLoad: ({ context }) => hiddenUnless(isUserAdmin(context.me)),
  component: lazyRouteComponent(() => import("@/pages/users-page"), "UsersPage"),
});

const importUsers = createRoute({
  getParentRoute: () => authed,
  path: "/admin/users/import",
  validateSearch: (search) => ({ ...text(search, "id") }) as { id?: string },
  beforeLoad: ({ context }) => hiddenUnless(isUserAdmin(context.me)),
  component: lazyRouteComponent(() => import("@/pages/import-page"), "ImportPage"),
});

const user = createRoute({
  getParentRoute: () => authed,
  path: "/admin/users/$id",
  beforeLoad: ({ context }) => hiddenUnless(isUserAdmin(context.me)),
  component: lazyRouteComponent(() => import("@/pages/user-page"), "UserPage"),
});

const authProviders = createRoute({
  getParentRoute: () => authed,
  path: "/admin/auth-providers",
  beforeLoad: ({ context }) => hiddenUnless(isAdmin(context.me)),
  component: lazyRouteComponent(() => import("@/pages/auth-providers-page"), "AuthProvidersPage"),
});

const modules = createRoute({
  getParentRoute: () => authed,
  path: "/admin/modules",
  beforeLoad: ({ context }) => hiddenUnless(isAdmin(context.me)),
  component: lazyRouteComponent(() => import("@/pages/modules-page"), "ModulesPage"),
});

const findModules = createRoute({
  getParentRoute: () => authed,
  path: "/admin/modules/find",
  validateSearch: (search) =>
    ({ ...text(search, "q"), ...text(search, "category"), ...text(search, "hook"), ...text(search, "permission"), ...text(search, "sort") }) as ModuleFilter,
  beforeLoad: ({ context }) => hiddenUnless(isAdmin(context.me)),
  component: lazyRouteComponent(() => import("@/pages/find-modules-page"), "FindModulesPage"),
});

const offeredModule = createRoute({
  getParentRoute: () => authed,
  path: "/admin/modules/find/$name",
  validateSearch: (search) => ({ ...text(search, "version") }) as { version?: string },
  beforeLoad: ({ context }) => hiddenUnless(isAdmin(context.me)),
  component: lazyRouteComponent(() => import("@/pages/offered-module-page"), "OfferedModulePage"),
});

const advisories = createRoute({
  getParentRoute: () => authed,
  path: "/admin/modules/advisories",
  beforeLoad: ({ context }) => hiddenUnless(isAdmin(context.me)),
  component: lazyRouteComponent(() => import("@/pages/advisories-page"), "AdvisoriesPage"),
});

const platform = createRoute({
  getParentRoute: () => authed,
  path: "/admin/platform",
  beforeLoad: ({ context }) => hiddenUnless(isAdmin(context.me)),
  component: lazyRouteComponent(() => import("@/pages/platform-page"), "PlatformPage"),
});

const moduleSettings = createRoute({
  getParentRoute: () => authed,
  path: "/admin/module-settings",
  validateSearch: (search) => ({ ...text(search, "group"), ...text(search, "module") }) as { group?: string; module?: string },
  beforeLoad: ({ context }) => hiddenUnless(isUserAdmin(context.me)),
  component: lazyRouteComponent(() => import("@/pages/module-settings-page"), "ModuleSettingsPage"),
});

const aiSettings = createRoute({
  getParentRoute: () => authed,
  path: "/admin/ai/settings",
  validateSearch: (search) => ({ ...text(search, "group") }) as { group?: string },
  beforeLoad: ({ context }) => hiddenUnless(isUserAdmin(context.me)),
  component: lazyRouteComponent(() => import("@/pages/ai-settings-page"), "AiSettingsPage"),
});

const aiModels = createRoute({
  getParentRoute: () => authed,
  path: "/admin/ai/models",
  beforeLoad: ({ context }) => hiddenUnless(isAdmin(context.me)),
  component: lazyRouteComponent(() => import("@/pages/ai-models-page"), "AiModelsPage"),
});

const aiUsage = createRoute({
  getParentRoute: () => authed,
  path: "/admin/ai/usage",
  validateSearch: (search) => ({ ...text(search, "period"), ...text(search, "group"), ...text(search, "module") }) as { period?: string; group?: string; module?: string },
  beforeLoad: ({ context }) => hiddenUnless(isTeaching(context.me)),
  component: lazyRouteComponent(() => import("@/pages/usage-page"), "UsagePage"),
});

const classAi = createRoute({
  getParentRoute: () => authed,
  path: "/classes/$id/ai",
  beforeLoad: ({ context }) => hiddenUnless(isTeaching(context.me)),
  component: lazyRouteComponent(() => import("@/pages/class-ai-page"), "ClassAiPage"),
});

const findingSearch = (search: Record<string, unknown>) => ({ ...text(search, "module"), ...text(search, "type"), ...text(search, "user_id") }) as FindingFilter;

const classFindings = createRoute({
  getParentRoute: () => authed,
  path: "/classes/$id/findings",
  validateSearch: findingSearch,
  beforeLoad: ({ context }) => hiddenUnless(isTeaching(context.me)),
  component: lazyRouteComponent(() => import("@/pages/findings-pages"), "ClassFindingsPage"),
});

const assignmentFindings = createRoute({
  getParentRoute: () => authed,
  path: "/assignments/$id/findings",
  validateSearch: findingSearch,
  beforeLoad: ({ context }) => hiddenUnless(isTeaching(context.me)),
  component: lazyRouteComponent(() => import("@/pages/findings-pages"), "AssignmentFindingsPage"),
});

const tree = root.addChildren([login, forgotPassword, resetPassword, verifyEmail, register, developers, authed.addChildren([home, chat, tool, run, teaching, transcript, account, users, importUsers, user, authProviders, modules, findModules, offeredModule, advisories, platform, moduleSettings, aiSettings, aiModels, aiUsage, classAi, classFindings, assignmentFindings])]);

export function newRouter(queries: QueryClient) {
  return createRouter({
    routeTree: tree,
    context: { queries },
    defaultPreload: false,
    scrollRestoration: true,
    defaultPendingComponent: PendingPage,
    defaultErrorComponent: FaultPage,
    defaultNotFoundComponent: NotFoundPage,
  });
}

function FaultPage({ error, reset }: ErrorComponentProps) {
  const router = useRouter();
  return (
    <ErrorPage
      error={error}
      onRetry={() => {
        reset();
        void router.invalidate();
      }}
    />
  );
}

function PendingPage() {
  return (
    <div role="status" className="mx-auto w-full max-w-6xl space-y-4 px-4 py-8 sm:px-6">
      <span className="sr-only">Loading</span>
      <Skeleton className="h-9 w-64" />
      <Skeleton className="h-40 rounded-2xl" />
    </div>
  );
}

function hiddenUnless(allowed: boolean): void {
  if (!allowed) throw notFound();
}

/** A parameter of the address when it is there; a bare number in an address is text too. */
function text(search: Record<string, unknown>, name: string): Record<string, string> {
  const value = search[name];
  return typeof value === "string" || typeof value === "number" ? { [name]: String(value) } : {};
}

declare module "@tanstack/react-router" {
  interface Register {
    router: ReturnType<typeof newRouter>;
  }
}
