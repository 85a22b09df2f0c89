// SPDX-License-Identifier: AGPL-3.0-or-later
#include <nlohmann/json.hpp>

#include "gateway_verdict.hpp"
#include "handlers.hpp"
#include "rapt/api/version.hpp"
#include "rapt/config/settings.hpp"
#include "rapt/host/supervisor.hpp"
#include "rapt/store/database.hpp"
#include "rapt/store/redis.hpp"
#include "views.hpp"

namespace rapt::api {
namespace {

using nlohmann::json;

constexpr store::Statement kPingDatabase{"api.ping", "select 1"};

json part(const char* status, std::string detail) {
  return {{"status", status}, {"detail", std::move(detail)}};
}

template <class T>
json part_of(const Result<T>& result, const char* otherwise) {
  return result ? part("ok", "") : part(otherwise, result.error().message);
}

/// A module that does not run makes the host degraded, not down: tools without it work.
json modules_part(const host::Supervisor& modules) {
  std::string missing;
  for (const auto& status : modules.status()) {
    if (status.state != host::ModuleState::kRunning) missing += (missing.empty() ? "" : ", ") + status.name;
  }
  return missing.empty() ? part("ok", "") : part("degraded", "not running: " + missing);
}

}  // namespace

/// Asked more often than anything else, and always the same.
Task<Result<Answer>> get_health(Call&) {
  http::Response response;
  response.headers.add("Content-Type", "application/json");
  response.body = R"({"data":{"status":"ok"}})";
  co_return Answer(std::move(response));
}

Task<Result<Answer>> get_ready(Call& call) {
  const auto database = co_await call.services.database.query(kPingDatabase);
  std::vector<std::string> ping{"PING"};
  const auto redis = co_await call.services.redis.command(std::move(ping));
  const auto gateway = co_await call.services.gateway.get();
  json parts;
  parts["database"] = part_of(database, "down");
  parts["redis"] = part_of(redis, "degraded");
  parts["gateway"] = part_of(gateway, "degraded");
  parts["modules"] = modules_part(call.services.modules);
  bool degraded = false;
  for (const auto& one : parts) degraded = degraded || one["status"] != "ok";
  json data;
  data["status"] = !database ? "down" : degraded ? "degraded" : "ok";
  data["parts"] = std::move(parts);
  co_return data_reply(data, database ? 200 : 503);
}

Task<Result<Answer>> get_instance(Call& call) {
  const auto& settings = call.services.settings;
  json data;
  data["name"] = "RaptScallions";
  data["version"] = version();
  data["demo_model"] = settings.demo_model;
  data["development_mode"] = settings.development_modules;
  data["registration"] = settings.registration_open ? "open" : "closed";
  co_return data_reply(data);
}

}  // namespace rapt::api
