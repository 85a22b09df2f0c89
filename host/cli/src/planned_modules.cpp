// SPDX-License-Identifier: AGPL-3.0-or-later
#include "planned_modules.hpp"

#include <algorithm>

namespace rapt::cli {
namespace {

hooks::Window window_of(const bundle::ManifestHook& hook) {
  if (hook.window == "token") return {.unit = hooks::Window::Unit::kToken};
  if (hook.window == "size")
    return {.unit = hooks::Window::Unit::kSize, .bytes = static_cast<std::size_t>(hook.window_bytes)};
  return {};
}

hooks::HookDeclaration declared(const bundle::ManifestHook& hook, hooks::Point point,
                                const std::map<std::string, int>& limits) {
  hooks::HookDeclaration out;
  out.point = point;
  out.priority = hook.priority;
  const auto limit = limits.find(std::string(hooks::name(point)));
  out.time_limit =
      std::chrono::milliseconds(limit == limits.end() ? hook.timeout_ms : std::min(hook.timeout_ms, limit->second));
  out.on_failure = hook.fail_closed ? hooks::FailPolicy::kClosed : hooks::FailPolicy::kOpen;
  out.asynchronous = hook.asynchronous;
  out.window = window_of(hook);
  if (hook.history) out.history = static_cast<std::size_t>(*hook.history);
  return out;
}

}  // namespace

PlannedModules::PlannedModules(std::vector<install::InstalledRecord> records,
                               std::map<std::string, bundle::Manifest> manifests)
    : manifests_(std::move(manifests)) {
  for (auto& record : records) {
    const auto name = record.name;
    records_.emplace(name, std::move(record));
  }
}

bool PlannedModules::installed(const std::string& module) const {
  const auto record = records_.find(module);
  return record != records_.end() && record->second.enabled && manifests_.contains(module);
}

Result<std::optional<hooks::HookDeclaration>> PlannedModules::declaration(const std::string& module,
                                                                          hooks::Point point) const {
  if (!installed(module)) return Error::not_found("installed module as \"" + module + "\"");
  for (const auto& hook : manifests_.at(module).hooks) {
    if (hooks::parse_point(hook.point) == point)
      return std::optional(declared(hook, point, records_.at(module).time_limits_ms));
  }
  return std::optional<hooks::HookDeclaration>();
}

Task<hooks::Answer> PlannedModules::call(const std::string&, hooks::Point, const hooks::Context&, const std::string&,
                                         std::chrono::milliseconds) {
  co_return hooks::Answer{.kind = hooks::Answer::Kind::kNotRunning, .text = "The command line runs no modules."};
}

std::string PlannedModules::why_missing(const std::string& module) const {
  return records_.contains(module) ? "disabled" : "not installed";
}

}  // namespace rapt::cli
