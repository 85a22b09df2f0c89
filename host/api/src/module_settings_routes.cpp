// SPDX-License-Identifier: AGPL-3.0-or-later
// Settings of modules: of the system below /admin/modules/:name, of a group below /groups/:id/modules/:name.
#include <algorithm>

#include <nlohmann/json.hpp>

#include "admin_modules.hpp"
#include "handlers.hpp"
#include "parameters.hpp"
#include "rapt/api/body.hpp"
#include "rapt/base/log.hpp"
#include "rapt/base/text.hpp"
#include "rapt/hooks/module_catalog.hpp"
#include "rapt/install/installer.hpp"
#include "rapt/module_settings/live_settings.hpp"
#include "rapt/module_settings/settings.hpp"
#include "versions.hpp"
#include "views.hpp"

namespace rapt::api {
namespace {

using module_settings::Change;
using module_settings::ConfigSchema;
using module_settings::Place;
using nlohmann::json;

/// The system's place without a group in the path.
Result<Place> place_of(const Call& call) {
  Place place{.module = path_module(call)};
  if (!call.request.path_parameters.contains("id")) return place;
  auto group = path_id<GroupId>(call, "group");
  if (!group) return group.error();
  place.group = std::move(*group);
  return place;
}

struct SchemaOf {
  json document;
  ConfigSchema schema;
};

/// Of the version that runs here; of one that does not run, from its bundle. Who asks is checked first: a stranger does
/// not learn what is installed.
Task<Result<SchemaOf>> schema_of(Call& call, Place place) {
  RAPT_CO_TRY(co_await call.services.module_settings.check_place(call.actor, place.group));
  std::string text;
  const auto facts = call.services.catalog.facts(place.module);
  if (facts != nullptr && facts->problem.empty()) {
    text = facts->config_schema_json;
  } else {
    auto stored = co_await call.services.installer.config_schema(place.module);
    if (!stored) co_return stored.error();
    text = std::move(*stored);
  }
  auto schema = ConfigSchema::compile(text);
  if (!schema) {
    co_return Error::unavailable(place.module,
                                 "The config_schema of this module is not usable: " + schema.error().message);
  }
  co_return SchemaOf{text.empty() ? json(nullptr) : stored_json(text), std::move(*schema)};
}

json view(const module_settings::Settings& settings, const SchemaOf& schema, const Place& place) {
  json secrets = json::object();
  const auto is_set = [&settings](const std::string& name) {
    return std::find(settings.secrets.begin(), settings.secrets.end(), name) != settings.secrets.end();
  };
  for (const auto& property : schema.schema.properties())
    if (property.secret) secrets[property.name] = {{"set", is_set(property.name)}};
  // Of another version of the module, and still there.
  for (const auto& name : settings.secrets) secrets[name] = {{"set", true}};
  const bool said = settings.updated_at != TimePoint{};
  json by = nullptr;
  if (!settings.updated_by.empty()) by = {{"id", settings.updated_by.str()}, {"name", settings.updated_by_name}};
  return {{"module", place.module},
          {"group_id", place.group.empty() ? json(nullptr) : json(place.group.str())},
          {"settings", stored_json(settings.settings_json)},
          {"secrets", std::move(secrets)},
          {"schema", schema.document},
          {"updated_at", said ? json(to_rfc3339(settings.updated_at)) : json(nullptr)},
          {"updated_by", std::move(by)}};
}

json view(const module_settings::InForce& one) {
  json source = nullptr;
  const auto or_nothing = [](const std::string& text) { return text.empty() ? json(nullptr) : json(text); };
  if (one.source)
    source = {{"kind", one.source->kind}, {"id", or_nothing(one.source->id)}, {"name", or_nothing(one.source->name)}};
  const auto narrow = std::string(name(one.property.narrow));
  return {{"name", one.property.name},
          {"secret", one.property.secret},
          {"narrow", or_nothing(narrow)},
          {"set", one.set},
          {"value", one.value_json ? stored_json(*one.value_json) : json(nullptr)},
          {"source", std::move(source)}};
}

Result<Change> change_of(Body& body) {
  Change change;
  change.settings_json = body.json_text("settings");
  const auto secrets = body.optional_json("secrets");
  if (auto fault = body.fault()) change.faults = std::move(fault->fields);
  if (!secrets) return change;
  const auto given = json::parse(*secrets, nullptr, false);
  if (!given.is_object() || given.size() > 100) {
    change.faults.push_back({"secrets", "must be an object of at most 100 texts"});
    return change;
  }
  for (const auto& [name, value] : given.items()) {
    if (value.is_string()) {
      change.secrets[name] = value.get<std::string>();
    } else if (value.is_null()) {
      change.secrets[name] = std::nullopt;
    } else {
      change.faults.push_back({"secrets." + printable(name, 60), "must be a text, or null to forget it"});
    }
  }
  return change;
}

/// Who, what and where; never a value.
void note(const Call& call, const Place& place, const char* change) {
  log::info("admin.module_settings_changed", {{"module", printable(place.module)},
                                              {"group", place.group.str()},
                                              {"change", change},
                                              {"by", call.actor.id.str()},
                                              {"request_id", call.request.id}});
  call.services.live_settings.forget();
}

}  // namespace

Task<Result<Answer>> get_module_settings(Call& call) {
  const auto place = place_of(call);
  if (!place) co_return place.error();
  const auto schema = co_await schema_of(call, *place);
  if (!schema) co_return schema.error();
  const auto found = co_await call.services.module_settings.find(call.actor, *place);
  if (!found) co_return found.error();
  co_return with_version(data_reply(view(*found, *schema, *place)), found->updated_at);
}

Task<Result<Answer>> put_module_settings(Call& call) {
  const auto place = place_of(call);
  if (!place) co_return place.error();
  const auto expected = expected_version(call);
  if (!expected) co_return expected.error();
  const auto schema = co_await schema_of(call, *place);
  if (!schema) co_return schema.error();
  auto body = Body::parse(call.request);
  if (!body) co_return body.error();
  auto change = change_of(*body);
  if (!change) co_return change.error();
  const auto changed =
      co_await call.services.module_settings.replace(call.actor, *place, schema->schema, std::move(*change), *expected);
  if (!changed) co_return changed.error();
  note(call, *place, "replaced");
  co_return with_version(data_reply(view(*changed, *schema, *place)), changed->updated_at);
}

Task<Result<Answer>> delete_module_settings(Call& call) {
  const auto place = place_of(call);
  if (!place) co_return place.error();
  const auto expected = expected_version(call);
  if (!expected) co_return expected.error();
  RAPT_CO_TRY(co_await call.services.module_settings.remove(call.actor, *place, *expected));
  note(call, *place, "deleted");
  co_return no_content();
}

Task<Result<Answer>> get_module_settings_resolved(Call& call) {
  const auto place = place_of(call);
  if (!place) co_return place.error();
  const auto schema = co_await schema_of(call, *place);
  if (!schema) co_return schema.error();
  const auto all = co_await call.services.module_settings.resolved(call.actor, *place, schema->schema);
  if (!all) co_return all.error();
  json properties = json::array();
  for (const auto& one : *all) properties.push_back(view(one));
  co_return data_reply(json{{"module", place->module}, {"properties", std::move(properties)}});
}

/// What a group's administrators can set up: the modules that run here.
Task<Result<Answer>> get_group_modules(Call& call) {
  auto group = path_id<GroupId>(call, "group");
  if (!group) co_return group.error();
  RAPT_CO_TRY(co_await call.services.module_settings.check_place(call.actor, *group));
  json items = json::array();
  for (const auto& facts : call.services.catalog.all_facts()) {
    items.push_back({{"name", facts->name},
                     {"version", facts->version},
                     {"title", facts->title},
                     {"description", facts->description},
                     {"has_settings", !facts->config_schema_json.empty()}});
  }
  co_return list_reply(std::move(items), std::nullopt);
}

}  // namespace rapt::api
