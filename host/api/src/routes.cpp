// SPDX-License-Identifier: AGPL-3.0-or-later
#include "routes.hpp"

#include <array>

#include "finding_handlers.hpp"
#include "handlers.hpp"
#include "marketplace_handlers.hpp"
#include "metrics_handlers.hpp"
#include "module_handlers.hpp"
#include "module_job_handlers.hpp"
#include "module_policy_handlers.hpp"
#include "platform_handlers.hpp"
#include "provider_code.hpp"

namespace rapt::api {
namespace {

constexpr std::array kRoutes{
    Route{"GET", "/health", Access::kPublic, get_health, Tier::kNone},
    Route{"GET", "/ready", Access::kPublic, get_ready, Tier::kNone},
    Route{"GET", "/metrics", Access::kPublic, get_metrics, Tier::kNone},
    Route{"GET", "/instance", Access::kPublic, get_instance},
    Route{"GET", "/openapi.json", Access::kPublic, get_openapi},

    Route{"POST", "/auth/login", Access::kPublic, post_login, Tier::kAuth},
    Route{"POST", "/auth/logout", Access::kPublic, post_logout},  // also with an expired cookie
    Route{"POST", "/auth/logout-all", Access::kLoggedIn, post_logout_all},
    Route{"POST", "/auth/refresh", Access::kLoggedIn, post_refresh},
    Route{"GET", "/auth/sessions", Access::kLoggedIn, get_logins},
    Route{"DELETE", "/auth/sessions/:id", Access::kLoggedIn, delete_login},
    Route{"POST", "/auth/register", Access::kPublic, post_register, Tier::kAuth},
    Route{"POST", "/auth/verify-email", Access::kPublic, post_verify_email},
    Route{"POST", "/auth/verify-email/resend", Access::kPublic, post_verify_email_resend, Tier::kAuth},
    Route{"POST", "/auth/password-reset", Access::kPublic, post_password_reset, Tier::kAuth},
    Route{"POST", "/auth/password-reset/confirm", Access::kPublic, post_password_reset_confirm},
    Route{"GET", "/auth/me", Access::kLoggedIn, get_me},
    Route{"PATCH", "/auth/me", Access::kLoggedIn, patch_me},
    Route{"POST", "/auth/me/email", Access::kLoggedIn, post_me_email, Tier::kAuth},
    Route{"POST", "/auth/password", Access::kLoggedIn, post_password, Tier::kAuth},
    Route{"POST", "/auth/totp", Access::kLoggedIn, post_totp, Tier::kAuth},
    Route{"DELETE", "/auth/totp", Access::kLoggedIn, delete_totp, Tier::kAuth},
    Route{"POST", "/auth/totp/confirm", Access::kLoggedIn, post_totp_confirm, Tier::kAuth},

    Route{"GET", "/auth/providers", Access::kPublic, get_providers},
    Route{"POST", "/auth/providers/lookup", Access::kPublic, post_provider_lookup},
    Route{"GET", "/auth/links", Access::kLoggedIn, get_links},
    Route{"DELETE", "/auth/links/:provider", Access::kLoggedIn, delete_link},
    // After all others below /auth: no provider may have the name of one of them.
    Route{"GET", "/auth/:provider", Access::kPublic, get_provider_login},
    Route{"GET", "/auth/:provider/callback", Access::kPublic, get_provider_callback},
    Route{"POST", "/auth/:provider/code", Access::kPublic, post_provider_code, Tier::kAuth},

    Route{"GET", "/groups", Access::kLoggedIn, get_groups},
    Route{"POST", "/groups", Access::kLoggedIn, post_group},
    Route{"GET", "/groups/:id", Access::kLoggedIn, get_group},
    Route{"PATCH", "/groups/:id", Access::kLoggedIn, patch_group},
    Route{"DELETE", "/groups/:id", Access::kLoggedIn, delete_group},
    Route{"POST", "/groups/:id/move", Access::kLoggedIn, post_group_move},
    Route{"GET", "/groups/:id/children", Access::kLoggedIn, get_group_children},
    Route{"GET", "/groups/:id/descendants", Access::kLoggedIn, get_group_descendants},
    Route{"GET", "/groups/:id/ancestors", Access::kLoggedIn, get_group_ancestors},
    Route{"GET", "/groups/:id/settings/resolved", Access::kLoggedIn, get_group_settings},
    Route{"GET", "/groups/:id/theme/resolved", Access::kLoggedIn, get_group_theme},
    Route{"PATCH", "/groups/:id/theme", Access::kLoggedIn, patch_group_theme},
    Route{"GET", "/groups/:id/members", Access::kLoggedIn, get_group_members},
    Route{"POST", "/groups/:id/members", Access::kLoggedIn, post_group_member},
    Route{"PATCH", "/groups/:id/members/:user", Access::kLoggedIn, patch_group_member},
    Route{"DELETE", "/groups/:id/members/:user", Access::kLoggedIn, delete_group_member},
    Route{"GET", "/groups/:id/classes", Access::kLoggedIn, get_group_classes},
    Route{"GET", "/groups/:id/modules", Access::kLoggedIn, get_group_modules},
    Route{"GET", "/groups/:id/modules/:name/settings", Access::kLoggedIn, get_module_settings},
    Route{"PUT", "/groups/:id/modules/:name/settings", Access::kLoggedIn, put_module_settings, Tier::kApi, 0, true},
    Route{"DELETE", "/groups/:id/modules/:name/settings", Access::kLoggedIn, delete_module_settings},
    Route{"GET", "/groups/:id/modules/:name/settings/resolved", Access::kLoggedIn, get_module_settings_resolved},

    Route{"GET", "/classes", Access::kLoggedIn, get_classes},
    Route{"POST", "/classes", Access::kLoggedIn, post_class},
    Route{"POST", "/classes/join", Access::kLoggedIn, post_class_join},
    Route{"GET", "/classes/:id", Access::kLoggedIn, get_class},
    Route{"PATCH", "/classes/:id", Access::kLoggedIn, patch_class},
    Route{"DELETE", "/classes/:id", Access::kLoggedIn, delete_class},
    Route{"GET", "/classes/:id/members", Access::kLoggedIn, get_class_members},
    Route{"GET", "/classes/:id/roster", Access::kLoggedIn, get_class_members},
    Route{"POST", "/classes/:id/members", Access::kLoggedIn, post_class_member},
    Route{"PATCH", "/classes/:id/members/:user", Access::kLoggedIn, patch_class_member},
    Route{"DELETE", "/classes/:id/members/:user", Access::kLoggedIn, delete_class_member},
    Route{"GET", "/classes/:id/join-codes", Access::kLoggedIn, get_join_codes},
    Route{"POST", "/classes/:id/join-codes", Access::kLoggedIn, post_join_code},
    Route{"DELETE", "/classes/:id/join-codes/:code", Access::kLoggedIn, delete_join_code},

    Route{"GET", "/tools", Access::kLoggedIn, get_tools},
    Route{"POST", "/tools", Access::kLoggedIn, post_tool},
    Route{"GET", "/tools/schema.json", Access::kLoggedIn, get_tool_schema},
    Route{"GET", "/tools/:id", Access::kLoggedIn, get_tool},
    Route{"GET", "/assignments", Access::kLoggedIn, get_assignments},

    Route{"POST", "/sessions", Access::kLoggedIn, post_session},
    Route{"GET", "/sessions", Access::kLoggedIn, get_sessions},
    Route{"GET", "/sessions/:id", Access::kLoggedIn, get_session},
    Route{"PATCH", "/sessions/:id", Access::kLoggedIn, patch_session},
    Route{"GET", "/sessions/:id/extractions", Access::kLoggedIn, get_session_extractions},
    Route{"POST", "/sessions/:id/messages", Access::kLoggedIn, post_message, Tier::kApi, 0, false, open_message},
    Route{"POST", "/sessions/:id/regenerate", Access::kLoggedIn, post_regenerate},
    Route{"POST", "/sessions/:id/stop", Access::kLoggedIn, post_stop},
    Route{"GET", "/sessions/:id/stream", Access::kLoggedIn, get_stream},

    Route{"POST", "/runs", Access::kLoggedIn, post_run},
    Route{"GET", "/runs", Access::kLoggedIn, get_runs},
    Route{"GET", "/runs/:id", Access::kLoggedIn, get_run},
    Route{"GET", "/runs/:id/extractions", Access::kLoggedIn, get_run_extractions},

    Route{"GET", "/extractions/types", Access::kLoggedIn, get_extraction_types},
    Route{"GET", "/classes/:id/extractions", Access::kLoggedIn, get_class_extractions},
    Route{"GET", "/classes/:id/extractions/summary", Access::kLoggedIn, get_class_extraction_summary},
    Route{"GET", "/classes/:id/extractions/export", Access::kLoggedIn, get_class_extraction_export},
    Route{"GET", "/assignments/:id/extractions", Access::kLoggedIn, get_assignment_extractions},
    Route{"GET", "/assignments/:id/extractions/summary", Access::kLoggedIn, get_assignment_extraction_summary},
    Route{"GET", "/assignments/:id/extractions/export", Access::kLoggedIn, get_assignment_extraction_export},

    Route{"GET", "/exports", Access::kLoggedIn, get_exports},
    Route{"GET", "/modules/:name/exports/:export", Access::kLoggedIn, get_module_export},

    Route{"GET", "/users", Access::kLoggedIn, get_users},
    Route{"GET", "/users/:id", Access::kLoggedIn, get_user},
    Route{"PATCH", "/users/:id", Access::kLoggedIn, patch_user},
    Route{"DELETE", "/users/:id", Access::kLoggedIn, delete_user},

    Route{"GET", "/admin/users", Access::kAdmin, get_users},
    Route{"POST", "/admin/users", Access::kAdmin, post_user},
    Route{"POST", "/admin/users/import", Access::kAdmin, post_user_import, Tier::kApi, 32 * 1024 * 1024},
    Route{"GET", "/admin/users/imports", Access::kAdmin, get_user_imports},
    Route{"GET", "/admin/users/imports/:id", Access::kAdmin, get_user_import},
    Route{"GET", "/admin/users/imports/:id/lines", Access::kAdmin, get_user_import_lines},
    Route{"GET", "/admin/users/:id", Access::kAdmin, get_user},
    Route{"PATCH", "/admin/users/:id", Access::kAdmin, patch_user},
    Route{"DELETE", "/admin/users/:id", Access::kAdmin, delete_user},
    Route{"POST", "/admin/users/:id/deactivate", Access::kAdmin, post_user_deactivate},
    Route{"POST", "/admin/users/:id/reactivate", Access::kAdmin, post_user_reactivate},
    Route{"POST", "/admin/users/:id/reset-password", Access::kAdmin, post_user_reset},

    Route{"GET", "/admin/ai/usage", Access::kLoggedIn, get_usage},
    Route{"GET", "/admin/ai/usage/summary", Access::kLoggedIn, get_usage_summary},
    Route{"GET", "/admin/ai/usage/by-group", Access::kLoggedIn, get_usage_by_group},
    Route{"GET", "/admin/ai/usage/by-user", Access::kLoggedIn, get_usage_by_user},
    Route{"GET", "/admin/ai/usage/by-model", Access::kLoggedIn, get_usage_by_model},
    Route{"GET", "/admin/ai/usage/by-tool", Access::kLoggedIn, get_usage_by_tool},
    Route{"GET", "/admin/ai/usage/by-module", Access::kLoggedIn, get_usage_by_module},
    Route{"GET", "/admin/ai/usage/by-day", Access::kLoggedIn, get_usage_by_day},
    Route{"GET", "/admin/ai/usage/export", Access::kLoggedIn, get_usage_export},

    Route{"GET", "/ai/models", Access::kLoggedIn, get_offered_models},
    Route{"GET", "/admin/ai/models", Access::kSystemAdmin, get_ai_models},
    Route{"POST", "/admin/ai/models", Access::kSystemAdmin, post_ai_model},
    Route{"GET", "/admin/ai/models/:id", Access::kSystemAdmin, get_ai_model},
    Route{"PATCH", "/admin/ai/models/:id", Access::kSystemAdmin, patch_ai_model},
    Route{"DELETE", "/admin/ai/models/:id", Access::kSystemAdmin, delete_ai_model},
    Route{"GET", "/admin/ai/settings", Access::kSystemAdmin, get_ai_settings},
    Route{"PATCH", "/admin/ai/settings", Access::kSystemAdmin, patch_ai_settings},
    Route{"GET", "/admin/ai/settings/resolved", Access::kSystemAdmin, get_resolved_ai_settings},
    Route{"GET", "/admin/ai/settings/:id", Access::kAdmin, get_group_ai_settings},
    Route{"PATCH", "/admin/ai/settings/:id", Access::kAdmin, patch_group_ai_settings},
    Route{"GET", "/admin/ai/settings/:id/resolved", Access::kAdmin, get_group_resolved_ai_settings},
    Route{"GET", "/classes/:id/ai-settings/resolved", Access::kLoggedIn, get_class_resolved_ai_settings},
    Route{"GET", "/classes/:id/ai-settings", Access::kLoggedIn, get_class_ai_settings},
    Route{"PATCH", "/classes/:id/ai-settings", Access::kLoggedIn, patch_class_ai_settings},

    Route{"GET", "/admin/auth-providers", Access::kSystemAdmin, get_auth_providers},
    Route{"POST", "/admin/auth-providers", Access::kSystemAdmin, post_auth_provider},
    Route{"GET", "/admin/auth-providers/modules", Access::kSystemAdmin, get_auth_provider_modules},
    Route{"GET", "/admin/auth-providers/:name", Access::kSystemAdmin, get_auth_provider},
    Route{"PATCH", "/admin/auth-providers/:name", Access::kSystemAdmin, patch_auth_provider},
    Route{"DELETE", "/admin/auth-providers/:name", Access::kSystemAdmin, delete_auth_provider},
    Route{"GET", "/admin/marketplace", Access::kSystemAdmin, get_marketplace},
    Route{"GET", "/admin/marketplace/modules", Access::kSystemAdmin, get_marketplace_modules},
    Route{"GET", "/admin/marketplace/modules/:name", Access::kSystemAdmin, get_marketplace_module},
    Route{"POST", "/admin/module-plans", Access::kSystemAdmin, post_module_plan},
    Route{"POST", "/admin/module-uploads", Access::kSystemAdmin, post_module_upload, Tier::kApi, 64 * 1024 * 1024},
    Route{"POST", "/admin/module-operations", Access::kSystemAdmin, post_module_operation},
    Route{"GET", "/admin/module-operations", Access::kSystemAdmin, get_module_operations},
    Route{"GET", "/admin/module-operations/:id", Access::kSystemAdmin, get_module_operation},
    Route{"DELETE", "/admin/modules/:name", Access::kSystemAdmin, delete_module},
    Route{"GET", "/admin/modules", Access::kSystemAdmin, get_modules},
    Route{"GET", "/admin/modules/:name", Access::kSystemAdmin, get_module},
    Route{"PATCH", "/admin/modules/:name", Access::kSystemAdmin, patch_module},
    Route{"GET", "/admin/modules/:name/settings", Access::kSystemAdmin, get_module_settings},
    Route{"PUT", "/admin/modules/:name/settings", Access::kSystemAdmin, put_module_settings, Tier::kApi, 0, true},
    Route{"DELETE", "/admin/modules/:name/settings", Access::kSystemAdmin, delete_module_settings},
    Route{"GET", "/admin/modules/:name/settings/resolved", Access::kSystemAdmin, get_module_settings_resolved},
    Route{"GET", "/admin/modules/:name/policy", Access::kSystemAdmin, get_module_policy},
    Route{"PUT", "/admin/modules/:name/policy", Access::kSystemAdmin, put_module_policy},
    Route{"GET", "/admin/advisories", Access::kSystemAdmin, get_advisories},
    Route{"GET", "/admin/modules/:name/routes", Access::kSystemAdmin, get_module_routes},
    Route{"GET", "/admin/modules/:name/logs", Access::kSystemAdmin, get_module_logs},
    Route{"GET", "/admin/modules/:name/jobs", Access::kSystemAdmin, get_module_jobs},
    Route{"POST", "/admin/modules/:name/jobs/:id/retry", Access::kSystemAdmin, post_module_job_retry},
    Route{"DELETE", "/admin/modules/:name/jobs/:id", Access::kSystemAdmin, delete_module_job},
    Route{"POST", "/admin/modules/:name/release", Access::kSystemAdmin, post_module_release},
    Route{"POST", "/admin/modules/:name/rollback", Access::kSystemAdmin, post_module_rollback},
    Route{"GET", "/admin/tools/:id/plan", Access::kSystemAdmin, get_tool_plan},

    Route{"GET", "/admin/platform", Access::kSystemAdmin, get_platform},
    Route{"POST", "/admin/platform/updates", Access::kSystemAdmin, post_platform_update},
    Route{"GET", "/admin/platform/updates/:id", Access::kSystemAdmin, get_platform_update},
    Route{"DELETE", "/admin/platform/updates/:id", Access::kSystemAdmin, delete_platform_update},
    Route{"POST", "/admin/platform/rollback", Access::kSystemAdmin, post_platform_rollback},
    Route{"POST", "/admin/platform/look", Access::kSystemAdmin, post_platform_look},
    Route{"DELETE", "/admin/platform/holds/:version", Access::kSystemAdmin, delete_platform_hold},

    Route{"GET", "/panels", Access::kLoggedIn, get_panels},
    Route{"GET", "/modules/:name/panels/:id", Access::kLoggedIn, get_panel},
};

}  // namespace

std::span<const Route> routes() {
  return kRoutes;
}

}  // namespace rapt::api
