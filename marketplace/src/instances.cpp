// SPDX-License-Identifier: AGPL-3.0-or-later
#include "instances.hpp"

#include <nlohmann/json.hpp>

#include "rapt/api/body.hpp"
#include "rapt/base/semver.hpp"
#include "rapt/base/text.hpp"
#include "rapt/bundle/manifest.hpp"

namespace rapt::marketplace {
namespace {

using nlohmann::json;

constexpr std::size_t kMostReported = 500, kLongestVersion = 64;
constexpr store::Statement kForget{"instances.forget",
                                   "DELETE FROM instances WHERE seen_at < now() - interval '400 days'"};

void look_at_version(const std::string& path, const std::string& text, std::vector<FieldError>& faults) {
  if (!Version::parse(text)) faults.push_back({path, "must be a semantic version such as 1.2.3"});
}

void look_at_modules(const json& modules, std::vector<FieldError>& faults) {
  if (!modules.is_object() || modules.size() > kMostReported) {
    faults.push_back({"modules", "must be an object of at most 500 modules and their versions"});
    return;
  }
  for (const auto& [name, version] : modules.items()) {
    const auto path = "modules." + printable(name, 80);
    if (!bundle::is_valid_name(name)) faults.push_back({path, "is no name of a module"});
    look_at_version(path, version.is_string() ? version.get<std::string>() : "", faults);
    if (faults.size() > 20) return;
  }
}

void read_update(const json& update, Heartbeat& out, std::vector<FieldError>& faults) {
  if (!update.is_object()) return faults.push_back({"update", "must be an object"});
  for (const auto& [name, value] : update.items()) {
    if (name != "state" && name != "version")
      faults.push_back({"update." + printable(name, 80), "is not known here; known: state, version"});
  }
  const auto text = [&update](const char* name) {
    const auto found = update.find(name);
    return found != update.end() && found->is_string() ? found->get<std::string>() : std::string();
  };
  out.update_state = text("state");
  out.update_version = text("version");
  const auto& state = out.update_state;
  if (state != "updating" && state != "healthy" && state != "rolled_back" && state != "failed")
    faults.push_back({"update.state", "must be one of updating, healthy, rolled_back, failed"});
  look_at_version("update.version", out.update_version, faults);
}

Error refused(std::vector<FieldError> faults) {
  auto out = Error::invalid(faults.front().path, faults.front().message);
  out.fields = std::move(faults);
  return out;
}

}  // namespace

Result<Heartbeat> parse_heartbeat(const http::Request& request) {
  auto body = api::Body::parse(request);
  if (!body) return body.error();
  Heartbeat out;
  std::vector<FieldError> faults;
  out.version = body->text("version", kLongestVersion);
  out.channel = body->one_of("channel", {"stable", "beta"});
  out.deployment_type = body->one_of("deployment_type", {"bare", "docker", "kubernetes", "heroku"});
  const auto modules = body->optional_json("modules");
  const auto update = body->optional_json("update");
  if (auto fault = body->fault()) return *fault;
  look_at_version("version", out.version, faults);
  if (modules) look_at_modules(json::parse(*modules), faults);
  if (update) read_update(json::parse(*update), out, faults);
  if (!faults.empty()) return refused(std::move(faults));
  out.modules_json = modules.value_or("{}");
  return out;
}

Task<Result<void>> forget_instances(store::Database& database) {
  const auto done = co_await database.query(kForget);
  if (!done) co_return done.error();
  co_return Result<void>{};
}

}  // namespace rapt::marketplace
