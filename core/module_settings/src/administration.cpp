// SPDX-License-Identifier: AGPL-3.0-or-later
#include <utility>

#include "rapt/base/text.hpp"
#include "rapt/identity/ability.hpp"
#include "rapt/security/secret_box.hpp"
#include "sealing.hpp"
#include "store.hpp"

namespace rapt::module_settings {
namespace {

using identity::Action;
using identity::Subject;
using nlohmann::json;

constexpr std::size_t kMaxSettings = std::size_t{64} * 1024;
constexpr std::size_t kMaxSecret = 8192;

Result<void> check_reach(store::Transaction& tx, const identity::Actor& actor, const GroupId& group) {
  if (group.empty()) {
    if (actor.is_system_admin()) return {};
    return Error::forbidden("Only system administrators see and change the settings of the whole system.");
  }
  const auto path = group_path(tx, group);
  if (!path) return path.error();
  if (path->empty()) return Error::not_found("group");
  return identity::check_can(actor, Action::kUpdate, Subject::kGroup, {.group_path = *path});
}

Result<void> check_module(store::Transaction& tx, const std::string& module, bool for_update = false) {
  const auto stands = module_stands(tx, module, for_update);
  if (!stands) return stands.error();
  if (!*stands) return Error::not_found("module installed here");
  return {};
}

Result<void> check_fresh(const std::optional<TimePoint>& expected, TimePoint present) {
  if (!expected || *expected == present) return {};
  Error error =
      Error::conflict("Somebody has changed these settings meanwhile: read them again, then make your change.");
  error.code = "PRECONDITION_FAILED";
  return error;
}

void add_faults(std::vector<FieldError>& all, const Result<void>& checked) {
  if (checked) return;
  const Error error = checked.error();
  all.insert(all.end(), error.fields.begin(), error.fields.end());
}

void check_secret(const ConfigSchema& schema, const std::string& name, const std::optional<std::string>& text,
                  std::vector<FieldError>& faults) {
  // What an older version knew may still be forgotten.
  if (!text) return;
  const bool sound =
      !text->empty() && text->size() <= kMaxSecret && is_utf8(*text) && text->find('\0') == std::string::npos;
  if (!sound) {
    faults.push_back({"secrets." + printable(name, 60), "must be a text of 1 to 8192 bytes, or null to forget it"});
  } else {
    add_faults(faults, schema.check_secret(name, *text, "secrets"));
  }
}

Result<void> check_change(const ConfigSchema& schema, const Change& change) {
  auto faults = change.faults;
  if (change.settings_json.size() > kMaxSettings) {
    faults.push_back({"settings", "must not be larger than 64 KiB"});
  } else {
    add_faults(faults, schema.check_settings(change.settings_json, "settings"));
  }
  for (const auto& [name, text] : change.secrets) check_secret(schema, name, text, faults);
  if (faults.empty()) return {};
  Error error = Error::invalid(faults.front().path, faults.front().message);
  error.message = "The settings are not valid: " + faults.front().path + " " + faults.front().message + ".";
  error.fields = std::move(faults);
  return error;
}

/// Sealed before the transaction: it may run twice.
json sealed(const security::SecretBox& box, const Place& place, const Change& change) {
  json out = json::object();
  for (const auto& [name, text] : change.secrets)
    out[name] = text ? json(box.seal(*text, sealed_about(place.module, place.group.str(), name))) : json(nullptr);
  return out;
}

}  // namespace

Task<Result<Settings>> Administration::find(identity::Actor actor, Place place) {
  auto work = [actor = std::move(actor), place = std::move(place)](store::Transaction& tx) -> Result<Settings> {
    RAPT_TRY(check_reach(tx, actor, place.group));
    RAPT_TRY(check_module(tx, place.module));
    auto stored = load(tx, place, false);
    if (!stored) return stored.error();
    return std::move(stored->settings);
  };
  co_return co_await database_.transaction(std::move(work));
}

Task<Result<Settings>> Administration::replace(identity::Actor actor, Place place, ConfigSchema schema, Change change,
                                               std::optional<TimePoint> expected) {
  auto secrets = sealed(box_, place, change);
  auto work = [actor = std::move(actor), place = std::move(place), schema = std::move(schema),
               change = std::move(change), secrets = std::move(secrets),
               expected](store::Transaction& tx) -> Result<Settings> {
    RAPT_TRY(check_reach(tx, actor, place.group));
    RAPT_TRY(check_module(tx, place.module, true));
    RAPT_TRY(check_change(schema, change));
    auto stored = load(tx, place, true);
    if (!stored) return stored.error();
    RAPT_TRY(check_fresh(expected, stored->settings.updated_at));
    stored->settings.settings_json = change.settings_json;
    stored->secrets.merge_patch(secrets);
    RAPT_TRY(save(tx, place, *stored, actor.id));
    auto saved = load(tx, place, false);
    if (!saved) return saved.error();
    return std::move(saved->settings);
  };
  co_return co_await database_.transaction(std::move(work));
}

Task<Result<void>> Administration::remove(identity::Actor actor, Place place, std::optional<TimePoint> expected) {
  auto work = [actor = std::move(actor), place = std::move(place), expected](store::Transaction& tx) -> Result<void> {
    RAPT_TRY(check_reach(tx, actor, place.group));
    const auto stored = load(tx, place, true);
    if (!stored) return stored.error();
    if (!stored->known) return Error::not_found("setting of this module here");
    RAPT_TRY(check_fresh(expected, stored->settings.updated_at));
    return erase(tx, place);
  };
  co_return co_await database_.transaction(std::move(work));
}

Task<Result<std::vector<InForce>>> Administration::resolved(identity::Actor actor, Place place, ConfigSchema schema) {
  using List = std::vector<InForce>;
  auto work = [actor = std::move(actor), place = std::move(place),
               schema = std::move(schema)](store::Transaction& tx) -> Result<List> {
    RAPT_TRY(check_reach(tx, actor, place.group));
    RAPT_TRY(check_module(tx, place.module));
    const auto rows = tx.exec(kInGroup, store::params(place.group));
    if (!rows) return rows.error();
    const auto all = inherited(loaded_from(*rows).modules[place.module]);
    List out;
    for (const auto& property : schema.properties()) {
      InForce one{.property = property, .value_json = property.default_json};
      if (one.value_json) one.source = Source{.kind = "default"};
      const auto secret = all.secrets.find(property.name);
      const auto value = all.values.find(property.name);
      if (property.secret && secret != all.secrets.end()) {
        one.set = true;
        one.source = secret->second.source;
      } else if (!property.secret && value != all.values.end()) {
        one.set = true;
        one.value_json = value->second.value.dump();
        one.source = value->second.source;
      }
      out.push_back(std::move(one));
    }
    return out;
  };
  co_return co_await database_.transaction(std::move(work));
}

Task<Result<void>> Administration::check_place(identity::Actor actor, GroupId group) {
  auto work = [actor = std::move(actor), group = std::move(group)](store::Transaction& tx) {
    return check_reach(tx, actor, group);
  };
  co_return co_await database_.transaction(std::move(work));
}

}  // namespace rapt::module_settings
