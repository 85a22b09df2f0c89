// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include "call.hpp"

/// One function a route, grouped as in docs/api.md. Each parses into types, calls one service and serializes.
namespace rapt::api {

// instance_routes.cpp
Task<Result<Answer>> get_health(Call& call);
Task<Result<Answer>> get_ready(Call& call);
Task<Result<Answer>> get_instance(Call& call);

// openapi_routes.cpp
Task<Result<Answer>> get_openapi(Call& call);

// auth_routes.cpp
Task<Result<Answer>> post_login(Call& call);
Task<Result<Answer>> post_logout(Call& call);
Task<Result<Answer>> post_logout_all(Call& call);
Task<Result<Answer>> post_refresh(Call& call);
Task<Result<Answer>> get_logins(Call& call);
Task<Result<Answer>> delete_login(Call& call);

// account_routes.cpp
Task<Result<Answer>> post_register(Call& call);
Task<Result<Answer>> post_verify_email(Call& call);
Task<Result<Answer>> post_verify_email_resend(Call& call);
Task<Result<Answer>> post_password_reset(Call& call);
Task<Result<Answer>> post_password_reset_confirm(Call& call);
Task<Result<Answer>> get_me(Call& call);
Task<Result<Answer>> patch_me(Call& call);
Task<Result<Answer>> post_me_email(Call& call);
Task<Result<Answer>> post_password(Call& call);
Task<Result<Answer>> post_totp(Call& call);
Task<Result<Answer>> post_totp_confirm(Call& call);
Task<Result<Answer>> delete_totp(Call& call);

// provider_routes.cpp
Task<Result<Answer>> get_providers(Call& call);
Task<Result<Answer>> post_provider_lookup(Call& call);
Task<Result<Answer>> get_provider_login(Call& call);
Task<Result<Answer>> get_provider_callback(Call& call);
Task<Result<Answer>> get_links(Call& call);
Task<Result<Answer>> delete_link(Call& call);

// admin_provider_routes.cpp
Task<Result<Answer>> get_auth_providers(Call& call);
Task<Result<Answer>> get_auth_provider_modules(Call& call);
Task<Result<Answer>> get_auth_provider(Call& call);
Task<Result<Answer>> post_auth_provider(Call& call);
Task<Result<Answer>> patch_auth_provider(Call& call);
Task<Result<Answer>> delete_auth_provider(Call& call);

// group_routes.cpp
Task<Result<Answer>> get_groups(Call& call);
Task<Result<Answer>> post_group(Call& call);
Task<Result<Answer>> get_group(Call& call);
Task<Result<Answer>> patch_group(Call& call);
Task<Result<Answer>> delete_group(Call& call);
Task<Result<Answer>> post_group_move(Call& call);
Task<Result<Answer>> get_group_children(Call& call);
Task<Result<Answer>> get_group_descendants(Call& call);
Task<Result<Answer>> get_group_ancestors(Call& call);
Task<Result<Answer>> get_group_settings(Call& call);
Task<Result<Answer>> get_group_theme(Call& call);
Task<Result<Answer>> patch_group_theme(Call& call);
Task<Result<Answer>> get_group_members(Call& call);
Task<Result<Answer>> post_group_member(Call& call);
Task<Result<Answer>> patch_group_member(Call& call);
Task<Result<Answer>> delete_group_member(Call& call);

// class_routes.cpp
Task<Result<Answer>> get_classes(Call& call);
Task<Result<Answer>> get_group_classes(Call& call);
Task<Result<Answer>> post_class(Call& call);
Task<Result<Answer>> get_class(Call& call);
Task<Result<Answer>> patch_class(Call& call);
Task<Result<Answer>> delete_class(Call& call);
Task<Result<Answer>> get_class_members(Call& call);
Task<Result<Answer>> post_class_member(Call& call);
Task<Result<Answer>> patch_class_member(Call& call);
Task<Result<Answer>> delete_class_member(Call& call);
Task<Result<Answer>> get_join_codes(Call& call);
Task<Result<Answer>> post_join_code(Call& call);
Task<Result<Answer>> delete_join_code(Call& call);
Task<Result<Answer>> post_class_join(Call& call);

// tool_routes.cpp
Task<Result<Answer>> get_tools(Call& call);
Task<Result<Answer>> get_tool(Call& call);
Task<Result<Answer>> get_tool_schema(Call& call);
Task<Result<Answer>> post_tool(Call& call);
Task<Result<Answer>> get_assignments(Call& call);

// session_routes.cpp
Task<Result<Answer>> post_session(Call& call);
Task<Result<Answer>> get_sessions(Call& call);
Task<Result<Answer>> get_session(Call& call);
Task<Result<Answer>> patch_session(Call& call);
Task<Result<Answer>> get_session_extractions(Call& call);

// turn_routes.cpp
Task<Result<Answer>> post_message(Call& call);
Task<Result<std::optional<identity::CheckedLogin>>> open_message(Call& call, identity::LoginCheck login);
Task<Result<Answer>> post_regenerate(Call& call);
Task<Result<Answer>> post_stop(Call& call);
Task<Result<Answer>> get_stream(Call& call);

// run_routes.cpp
Task<Result<Answer>> post_run(Call& call);
Task<Result<Answer>> get_runs(Call& call);
Task<Result<Answer>> get_run(Call& call);
Task<Result<Answer>> get_run_extractions(Call& call);

// user_routes.cpp
Task<Result<Answer>> get_users(Call& call);
Task<Result<Answer>> get_user(Call& call);
Task<Result<Answer>> post_user(Call& call);
Task<Result<Answer>> post_user_reset(Call& call);
Task<Result<Answer>> patch_user(Call& call);
Task<Result<Answer>> delete_user(Call& call);
Task<Result<Answer>> post_user_deactivate(Call& call);
Task<Result<Answer>> post_user_reactivate(Call& call);

// import_routes.cpp
Task<Result<Answer>> post_user_import(Call& call);
Task<Result<Answer>> get_user_imports(Call& call);
Task<Result<Answer>> get_user_import(Call& call);
Task<Result<Answer>> get_user_import_lines(Call& call);

// usage_routes.cpp
Task<Result<Answer>> get_usage(Call& call);
Task<Result<Answer>> get_usage_summary(Call& call);
Task<Result<Answer>> get_usage_by_group(Call& call);
Task<Result<Answer>> get_usage_by_user(Call& call);
Task<Result<Answer>> get_usage_by_model(Call& call);
Task<Result<Answer>> get_usage_by_tool(Call& call);
Task<Result<Answer>> get_usage_by_day(Call& call);
Task<Result<Answer>> get_usage_export(Call& call);

// ai_routes.cpp
Task<Result<Answer>> get_offered_models(Call& call);
Task<Result<Answer>> get_ai_models(Call& call);
Task<Result<Answer>> get_ai_model(Call& call);
Task<Result<Answer>> post_ai_model(Call& call);
Task<Result<Answer>> patch_ai_model(Call& call);
Task<Result<Answer>> delete_ai_model(Call& call);
Task<Result<Answer>> get_ai_settings(Call& call);
Task<Result<Answer>> patch_ai_settings(Call& call);
Task<Result<Answer>> get_group_ai_settings(Call& call);
Task<Result<Answer>> patch_group_ai_settings(Call& call);
Task<Result<Answer>> get_class_ai_settings(Call& call);
Task<Result<Answer>> patch_class_ai_settings(Call& call);
Task<Result<Answer>> get_resolved_ai_settings(Call& call);
Task<Result<Answer>> get_group_resolved_ai_settings(Call& call);
Task<Result<Answer>> get_class_resolved_ai_settings(Call& call);

// admin_routes.cpp
Task<Result<Answer>> get_modules(Call& call);
Task<Result<Answer>> get_module(Call& call);
Task<Result<Answer>> get_module_logs(Call& call);
Task<Result<Answer>> patch_module(Call& call);
Task<Result<Answer>> get_module_settings(Call& call);
Task<Result<Answer>> put_module_settings(Call& call);
Task<Result<Answer>> delete_module_settings(Call& call);
Task<Result<Answer>> get_module_settings_resolved(Call& call);
Task<Result<Answer>> get_group_modules(Call& call);
Task<Result<Answer>> post_module_release(Call& call);
Task<Result<Answer>> post_module_rollback(Call& call);
Task<Result<Answer>> get_tool_plan(Call& call);

// panel_routes.cpp
Task<Result<Answer>> get_panels(Call& call);
Task<Result<Answer>> get_panel(Call& call);

}  // namespace rapt::api
