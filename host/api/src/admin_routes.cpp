// SPDX-License-Identifier: AGPL-3.0-or-later
#include <algorithm>
#include <array>
#include <limits>
#include <span>

#include <nlohmann/json.hpp>

#include "admin_modules.hpp"
#include "handlers.hpp"
#include "module_set.hpp"
#include "module_standing.hpp"
#include "module_views.hpp"
#include "parameters.hpp"
#include "rapt/api/body.hpp"
#include "rapt/base/log.hpp"
#include "rapt/config/settings.hpp"
#include "rapt/hooks/dispatcher.hpp"
#include "rapt/host/supervisor.hpp"
#include "rapt/install/installer.hpp"
#include "rapt/journal/module_journal.hpp"
#include "rapt/tools/tool_service.hpp"
#include "views.hpp"

namespace rapt::api {
namespace {

using nlohmann::json;

/// A message's or a run's way, in order.
constexpr std::array kChatWay{hooks::Point::kSessionStart, hooks::Point::kChatOnMessage, hooks::Point::kChatBeforeAi,
                              hooks::Point::kChatOnDelta,  hooks::Point::kChatAfterAi,   hooks::Point::kSessionEnd};
constexpr std::array kRunWay{hooks::Point::kProductBeforeAi, hooks::Point::kProductAfterAi, hooks::Point::kRunComplete};

std::span<const hooks::Point> way_of(tools::ToolType type) {
  if (type == tools::ToolType::kChat) return kChatWay;
  return kRunWay;
}

const host::ModuleStatus* find_status(const std::vector<host::ModuleStatus>& all, const std::string& name) {
  const auto found = std::find_if(all.begin(), all.end(), [&](const auto& status) { return status.name == name; });
  return found == all.end() ? nullptr : &*found;
}

const install::InstalledRecord* find_record(const std::vector<install::InstalledRecord>& all, const std::string& name) {
  const auto found = std::find_if(all.begin(), all.end(), [&](const auto& record) { return record.name == name; });
  return found == all.end() ? nullptr : &*found;
}

json plan_view(const Call& call, const tools::Tool& tool, const std::vector<install::InstalledRecord>& records) {
  const auto statuses = call.services.modules.status();
  json points = json::array();
  for (const auto point : way_of(tool.definition->type)) {
    json steps = json::array();
    for (const auto& step : call.services.dispatcher.plan(point, tool.definition->modules)) {
      const bool installed = find_record(records, step.module) != nullptr;
      steps.push_back(view(step, point, installed, find_status(statuses, step.module)));
    }
    points.push_back({{"point", std::string(hooks::name(point))}, {"steps", std::move(steps)}});
  }
  return {{"tool", api::view(tool)}, {"hooks", std::move(points)}};
}

}  // namespace

std::string path_module(const Call& call) {
  const auto found = call.request.path_parameters.find("name");
  return found == call.request.path_parameters.end() ? std::string() : found->second;
}

Task<Result<install::InstalledRecord>> installed_module(Call& call) {
  auto records = co_await call.services.installer.list();
  if (!records) co_return records.error();
  if (const auto* record = find_record(*records, path_module(call))) co_return *record;
  co_return Error::not_found("module installed here");
}

Task<Result<Answer>> module_reply(Call& call, install::InstalledRecord record) {
  const auto standing = co_await standing_of(call, record.name);
  if (!standing) co_return standing.error();
  const auto statuses = call.services.modules.status();
  json out = view(record, find_status(statuses, record.name));
  add_standing(out, *standing);
  co_return data_reply(out);
}

void module_changed(const Call& call, const std::string& module, std::string change) {
  log::info("admin.module_changed", {{"module", module},
                                     {"change", std::move(change)},
                                     {"by", call.actor.id.str()},
                                     {"request_id", call.request.id}});
  call.services.module_set.look_again();
}

Task<Result<Answer>> get_modules(Call& call) {
  const auto records = co_await call.services.installer.list();
  if (!records) co_return records.error();
  const auto standings = co_await updates::Standings(call.services.database).all();
  if (!standings) co_return standings.error();
  const auto statuses = call.services.modules.status();
  json items = json::array();
  for (const auto& record : *records) {
    items.push_back(view(record, find_status(statuses, record.name)));
    const auto standing = standings->find(record.name);
    add_standing(items.back(), standing == standings->end() ? updates::Standing() : standing->second);
  }
  co_return list_reply(std::move(items), std::nullopt);
}

Task<Result<Answer>> get_module(Call& call) {
  const auto record = co_await installed_module(call);
  if (!record) co_return record.error();
  const auto reports = co_await call.services.journal.reports(record->name);
  if (!reports) co_return reports.error();
  const auto statuses = call.services.modules.status();
  json out = view(*record, find_status(statuses, record->name));
  const auto standing = co_await standing_of(call, record->name);
  if (!standing) co_return standing.error();
  add_standing(out, *standing);
  json hosts = json::array();
  for (const auto& report : *reports) {
    if (report.host != call.services.settings.host_name) hosts.push_back(view(report));
  }
  const auto manifests = co_await call.services.installer.manifests();
  // A manifest that this host cannot read is no reason to hide how the module fares.
  if (!manifests && manifests.error().kind != ErrorKind::kInvalid) co_return manifests.error();
  const bool readable = manifests.has_value() && manifests->contains(record->name);
  out["manifest"] = readable ? view(manifests->at(record->name)) : json(nullptr);
  out["host"] = call.services.settings.host_name;
  out["hosts"] = std::move(hosts);
  co_return data_reply(out);
}

Task<Result<Answer>> get_module_logs(Call& call) {
  constexpr int kUsual = 100;
  const auto limit = query_number(call, "limit", 1, journal::ModuleJournal::kLinesKept, kUsual);
  if (!limit) co_return limit.error();
  const auto after = query_number(call, "after", 0, std::numeric_limits<std::int64_t>::max(), 0);
  if (!after) co_return after.error();
  const auto record = co_await installed_module(call);
  if (!record) co_return record.error();
  const auto lines = co_await call.services.journal.lines(record->name, static_cast<int>(*limit), *after);
  if (!lines) co_return lines.error();
  json items = json::array();
  for (const auto& line : *lines) items.push_back(view(line));
  co_return list_reply(std::move(items), std::nullopt);
}

Task<Result<Answer>> post_module_release(Call& call) {
  auto body = Body::parse(call.request);
  if (!body) co_return body.error();
  if (auto fault = body->fault()) co_return std::move(*fault);
  const auto record = co_await installed_module(call);
  if (!record) co_return record.error();
  RAPT_CO_TRY(co_await call.services.journal.release(record->name));
  module_changed(call, record->name, "released from quarantine");
  co_return co_await module_reply(call, *record);
}

Task<Result<Answer>> get_tool_plan(Call& call) {
  const auto id = path_id<ToolId>(call, "tool");
  if (!id) co_return id.error();
  const auto tool = co_await call.services.tools.find(call.actor, *id);
  if (!tool) co_return tool.error();
  const auto records = co_await call.services.installer.list();
  if (!records) co_return records.error();
  co_return data_reply(plan_view(call, *tool, *records));
}

}  // namespace rapt::api
