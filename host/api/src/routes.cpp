// SPDX-License-Identifier: AGPL-3.0-or-later
#include "routes.hpp"

#include <array>

#include "handlers.hpp"

namespace rapt::api {
namespace {

constexpr std::array kRoutes{
    Route{"GET", "/health", Access::kPublic, get_health},
    Route{"GET", "/ready", Access::kPublic, get_ready},
    Route{"GET", "/instance", Access::kPublic, get_instance},

    Route{"POST", "/auth/login", Access::kPublic, post_login},
    Route{"POST", "/auth/logout", Access::kPublic, post_logout},  // also with an expired cookie
    Route{"GET", "/auth/me", Access::kLoggedIn, get_me},

    Route{"GET", "/tools", Access::kLoggedIn, get_tools},
    Route{"POST", "/tools", Access::kLoggedIn, post_tool},
    Route{"GET", "/tools/:id", Access::kLoggedIn, get_tool},
    Route{"GET", "/assignments", Access::kLoggedIn, get_assignments},

    Route{"POST", "/sessions", Access::kLoggedIn, post_session},
    Route{"GET", "/sessions", Access::kLoggedIn, get_sessions},
    Route{"GET", "/sessions/:id", Access::kLoggedIn, get_session},
    Route{"PATCH", "/sessions/:id", Access::kLoggedIn, patch_session},
    Route{"GET", "/sessions/:id/extractions", Access::kLoggedIn, get_session_extractions},
    Route{"POST", "/sessions/:id/messages", Access::kLoggedIn, post_message},

    Route{"POST", "/runs", Access::kLoggedIn, post_run},
    Route{"GET", "/runs", Access::kLoggedIn, get_runs},
    Route{"GET", "/runs/:id", Access::kLoggedIn, get_run},
    Route{"GET", "/runs/:id/extractions", Access::kLoggedIn, get_run_extractions},

    Route{"GET", "/admin/modules", Access::kSystemAdmin, get_modules},
    Route{"GET", "/admin/modules/:name", Access::kSystemAdmin, get_module},
    Route{"PATCH", "/admin/modules/:name", Access::kSystemAdmin, patch_module},
    Route{"GET", "/admin/modules/:name/logs", Access::kSystemAdmin, get_module_logs},
    Route{"POST", "/admin/modules/:name/release", Access::kSystemAdmin, post_module_release},
    Route{"POST", "/admin/modules/:name/rollback", Access::kSystemAdmin, post_module_rollback},
    Route{"GET", "/admin/tools/:id/plan", Access::kSystemAdmin, get_tool_plan},
};

}  // namespace

std::span<const Route> routes() {
  return kRoutes;
}

}  // namespace rapt::api
