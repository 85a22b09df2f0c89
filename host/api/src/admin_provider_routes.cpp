// SPDX-License-Identifier: AGPL-3.0-or-later
#include <nlohmann/json.hpp>

#include "handlers.hpp"
#include "provider_views.hpp"
#include "rapt/api/body.hpp"
#include "rapt/base/log.hpp"
#include "rapt/providers/provider_service.hpp"
#include "routes.hpp"
#include "versions.hpp"
#include "views.hpp"

namespace rapt::api {
namespace {

using nlohmann::json;
using providers::ProviderChange;

/// Members that Body knows no type for; what is wrong with them is kept beside its own faults.
class Members {
 public:
  explicit Members(Body& body) : body_(body) {}

  std::map<std::string, std::optional<std::string>> secrets() {
    std::map<std::string, std::optional<std::string>> out;
    const auto given = member("secrets");
    if (!given) return out;
    if (!given->is_object()) fault("secrets", "must be an object: name to text, or to null to forget it");
    for (const auto& [name, value] : given->items()) {
      if (!given->is_object()) break;
      if (!value.is_string() && !value.is_null()) fault("secrets", "must have texts or null as values");
      out[name] = value.is_string() ? std::optional(value.get<std::string>()) : std::nullopt;
    }
    return out;
  }

  std::optional<std::vector<providers::Domain>> domains() {
    const auto given = member("domains");
    if (!given) return std::nullopt;
    std::vector<providers::Domain> out;
    if (!given->is_array()) fault("domains", "must be a list of {domain, forced}");
    for (const auto& one : *given) {
      const bool fits =
          one.is_object() && one.contains("domain") && one.at("domain").is_string() &&
          (one.size() == 1 || (one.size() == 2 && one.contains("forced") && one.at("forced").is_boolean()));
      if (fits) {
        out.push_back({one.at("domain"), one.value("forced", false)});
      } else {
        fault("domains", "must be a list of {domain, forced}");
      }
    }
    return out;
  }

  std::optional<GroupId> group() {
    const auto given = member("default_group_id");
    if (!given) return std::nullopt;
    if (given->is_null()) return GroupId{};
    const auto id = given->is_string() ? GroupId::parse(given->get<std::string>()) : std::nullopt;
    if (!id) fault("default_group_id", "must be a UUID or null");
    return id;
  }

  [[nodiscard]] std::optional<Error> fault() const {
    auto error = body_.fault();
    if (faults_.empty()) return error;
    if (!error) error = Error::invalid(faults_.front().path, faults_.front().message);
    if (error->fields.empty()) return error;
    for (const auto& one : faults_) {
      if (one.path != error->fields.front().path) error->fields.push_back(one);
    }
    return error;
  }

 private:
  std::optional<json> member(const std::string& name) {
    const auto text = body_.optional_json(name);
    return text ? std::optional(json::parse(*text)) : std::nullopt;
  }
  void fault(std::string path, std::string message) { faults_.push_back({std::move(path), std::move(message)}); }

  Body& body_;
  std::vector<FieldError> faults_;
};

Result<ProviderChange> provider_change_of(Body& body) {
  Members members(body);
  ProviderChange change;
  change.module = body.optional_text("module", 100);
  change.title = body.optional_text("title", 400);
  change.settings_json = body.optional_json("settings");
  change.secrets = members.secrets();
  change.enabled = body.optional_boolean("enabled");
  change.create_users = body.optional_boolean("create_users");
  change.default_group = members.group();
  change.default_role = body.optional_text("default_role", 20);
  change.domains = members.domains();
  if (auto fault = members.fault()) return *fault;
  return change;
}

std::string path_name(const Call& call) {
  const auto found = call.request.path_parameters.find("name");
  return found == call.request.path_parameters.end() ? std::string() : found->second;
}

/// /auth/NAME must lead to the provider.
bool is_taken_by_a_route(const std::string& name) {
  for (const auto& route : routes()) {
    const std::string_view pattern = route.pattern;
    constexpr std::string_view kBelow = "/auth/";
    if (!pattern.starts_with(kBelow)) continue;
    const auto segment = pattern.substr(kBelow.size());
    if (segment.substr(0, segment.find('/')) == name) return true;
  }
  return false;
}

void note(const Call& call, const std::string& provider, const char* what) {
  log::info("admin.provider_changed",
            {{"provider", provider}, {"change", what}, {"by", call.actor.id.str()}, {"request_id", call.request.id}});
}

http::Response reply(const providers::Provider& provider, int status = 200) {
  return with_version(data_reply(view(provider), status), provider.updated_at);
}

}  // namespace

Task<Result<Answer>> get_auth_providers(Call& call) {
  const auto all = co_await call.services.providers.list();
  if (!all) co_return all.error();
  json items = json::array();
  for (const auto& provider : *all) items.push_back(view(provider));
  co_return list_reply(std::move(items), std::nullopt);
}

Task<Result<Answer>> get_auth_provider_modules(Call& call) {
  json items = json::array();
  for (const auto& name : call.services.providers.modules()) items.push_back({{"name", name}});
  co_return list_reply(std::move(items), std::nullopt);
}

Task<Result<Answer>> get_auth_provider(Call& call) {
  const auto provider = co_await call.services.providers.find(path_name(call));
  if (!provider) co_return provider.error();
  co_return reply(*provider);
}

Task<Result<Answer>> post_auth_provider(Call& call) {
  auto body = Body::parse(call.request);
  if (!body) co_return body.error();
  const auto name = body->text("name", 40);
  auto change = provider_change_of(*body);
  if (!change) co_return change.error();
  if (is_taken_by_a_route(name)) co_return Error::invalid("name", "is taken by a route of this API: take another name");
  const auto provider = co_await call.services.providers.create(name, std::move(*change));
  if (!provider) co_return provider.error();
  note(call, provider->name, "created");
  auto response = reply(*provider, 201);
  response.headers.set("Location", "/api/v1/admin/auth-providers/" + provider->name);
  co_return response;
}

Task<Result<Answer>> patch_auth_provider(Call& call) {
  const auto expected = expected_version(call);
  if (!expected) co_return expected.error();
  auto body = Body::parse(call.request);
  if (!body) co_return body.error();
  auto change = provider_change_of(*body);
  if (!change) co_return change.error();
  const auto provider = co_await call.services.providers.update(path_name(call), std::move(*change), *expected);
  if (!provider) co_return provider.error();
  note(call, provider->name, "changed");
  co_return reply(*provider);
}

Task<Result<Answer>> delete_auth_provider(Call& call) {
  const auto expected = expected_version(call);
  if (!expected) co_return expected.error();
  RAPT_CO_TRY(co_await call.services.providers.remove(path_name(call), *expected));
  note(call, path_name(call), "deleted");
  co_return no_content();
}

}  // namespace rapt::api
