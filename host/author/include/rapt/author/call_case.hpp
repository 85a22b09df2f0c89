// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "rapt/base/clock.hpp"
#include "rapt/bundle/manifest.hpp"
#include "rapt/hooks/hook.hpp"

namespace rapt::author {

/// What a route, job, event, panel or export of a module is asked.
struct CallCase {
  hooks::Point point{};
  std::string what;                      ///< which of them: "GET /notes/:id", "send-report"
  std::string input_json;                ///< as the header of its kind tells
  hooks::Context about{};                ///< whom it is about, for the services that the module asks
  std::chrono::milliseconds deadline{};  ///< the manifest's
};

/// "route", "job", "event", "panel" or "export"; nullopt for another word.
std::optional<hooks::Point> parse_call(std::string_view name);

/// Reads a JSON object with the members that the host hands over (rapt/routes.h and so on), but for those that it
/// makes itself. What is left out gets what a host would say at first.
///   route   "method" (GET), "path" ("/notes/7", found among the manifest's routes), "query", "json" or "body" with
///           "content_type", "caller" (needed unless the route is public), "locale", "settings", "request_id"
///   job     "name", "payload", "key", "attempt", "due_ms", "settings"
///   event   "type", "id", "at_ms", "payload", "attempt", "settings"
///   panel   "panel", "place_id", "caller", "settings", "locale"
///   export  "export", "place_id", "caller", "settings", "locale"
/// and "about": {"tool", "user", "group", "session", "run"}, ids for the services; the caller's where it is left out.
/// kInvalid with every fault and its path: also what the manifest does not declare, and who may not ask.
Result<CallCase> read_call_case(std::string_view json, hooks::Point point, const bundle::Manifest& manifest,
                                TimePoint now);
/// One for each route, job, event, panel and export that the manifest declares, by somebody who may ask.
std::vector<CallCase> ordinary_calls(const bundle::Manifest& manifest, TimePoint now);
/// How a login begins with a provider of these settings, a JSON object (rapt/auth_provider.h).
CallCase ordinary_login(const std::string& settings_json);

}  // namespace rapt::author
