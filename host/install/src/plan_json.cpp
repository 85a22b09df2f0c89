// SPDX-License-Identifier: AGPL-3.0-or-later
// Plans and operations for the pages and for scripts.
#include <nlohmann/json.hpp>

#include "rapt/bundle/manifest.hpp"
#include "rapt/install/marketplace_installer.hpp"

namespace rapt::install {
namespace {

using nlohmann::json;

std::string dump(const json& document) {
  return document.dump(-1, ' ', false, json::error_handler_t::replace);
}

json view(const PlannedStep& step) {
  json permissions = json::array();
  for (const auto& one : step.permissions) {
    permissions.push_back({{"name", one.asked.name},
                           {"full_name", bundle::full_name(one.asked)},
                           {"reason", one.asked.reason},
                           {"text", one.text},
                           {"grants", one.grants},
                           {"new", one.is_new}});
  }
  json hooks = json::array();
  for (const auto& one : step.hooks)
    hooks.push_back({{"point", one.point}, {"text", one.text}, {"change", one.change}, {"new", one.is_new}});
  return {{"name", step.name},
          {"title", step.title},
          {"from", step.from ? json(*step.from) : json(nullptr)},
          {"to", step.to},
          {"kind", step.kind},
          {"publisher", step.publisher},
          {"key_id", step.key_id},
          {"known_publisher", step.known_publisher},
          {"signed", step.is_signed},
          {"vouched", step.vouched},
          {"bytes", step.bytes},
          {"sha256", step.sha256},
          {"because", step.because},
          {"change_log", step.change_log},
          {"permissions", std::move(permissions)},
          {"removed_permissions", step.removed_permissions},
          {"hooks", std::move(hooks)},
          {"removed_hooks", step.removed_hooks},
          {"migrations", step.migrations},
          {"config_required", step.config_required}};
}

/// What became of one module, in a word.
std::string_view state_of(Phase phase) {
  switch (phase) {
    case Phase::kWaiting:
      return "waiting";
    case Phase::kDone:
      return "done";
    case Phase::kFailed:
    case Phase::kTakenBack:
      return "failed";
    default:
      return "running";
  }
}

}  // namespace

std::string encode(const Plan& plan) {
  json steps = json::array();
  for (const auto& one : plan.steps) steps.push_back(view(one));
  return dump(
      {{"id", plan.id}, {"steps", std::move(steps)}, {"warnings", plan.warnings}, {"total_bytes", plan.total_bytes}});
}

std::string encode(const Operation& operation) {
  json steps = json::array();
  for (const auto& one : operation.steps) {
    steps.push_back({{"name", one.module},
                     {"to", one.to},
                     {"state", state_of(one.phase)},
                     {"phase", name(one.phase)},
                     {"bytes_done", one.bytes_done},
                     {"bytes", one.bytes}});
  }
  return dump({{"id", operation.id},
               {"kind", operation.kind},
               {"state", operation.state},
               {"plan_id", operation.plan_id},
               {"steps", std::move(steps)},
               {"error", operation.error.empty() ? json(nullptr) : json(operation.error)},
               {"started_by", operation.started_by},
               {"host", operation.host},
               {"started_at", to_rfc3339(operation.started_at)},
               {"ended_at", operation.ended_at ? json(to_rfc3339(*operation.ended_at)) : json(nullptr)}});
}

}  // namespace rapt::install
