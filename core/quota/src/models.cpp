// SPDX-License-Identifier: AGPL-3.0-or-later
#include <utility>

#include <nlohmann/json.hpp>

#include "fields.hpp"
#include "policy.hpp"
#include "rapt/quota/administration.hpp"
#include "rapt/store/database.hpp"
#include "stale.hpp"

namespace rapt::quota {
namespace {

using nlohmann::json;
using store::params;

#define RAPT_MODEL_COLUMNS                                                                             \
  "m.id, m.name, m.provider, m.active, trim_scale(m.input_cost_per_1k)::text AS input_cost,"           \
  " trim_scale(m.output_cost_per_1k)::text AS output_cost, m.max_context_tokens, m.max_output_tokens," \
  " m.config::text AS config, m.created_at, m.updated_at"

constexpr store::Statement kAll{"quota.models", "SELECT " RAPT_MODEL_COLUMNS
                                                " FROM ai_models m WHERE m.active OR NOT $1::boolean"
                                                " ORDER BY lower(m.name), m.id"};
constexpr store::Statement kOne{"quota.model", "SELECT " RAPT_MODEL_COLUMNS " FROM ai_models m WHERE m.id = $1"};
constexpr store::Statement kLock{"quota.model_lock",
                                 "SELECT " RAPT_MODEL_COLUMNS " FROM ai_models m WHERE m.id = $1 FOR UPDATE"};
constexpr store::Statement kInsert{"quota.model_insert",
                                   "INSERT INTO ai_models (id, name) VALUES ($1, $1) ON CONFLICT DO NOTHING"};
constexpr store::Statement kWrite{"quota.model_write", R"(
  UPDATE ai_models m SET (name, provider, active, input_cost_per_1k, output_cost_per_1k, max_context_tokens, max_output_tokens,
                          config)
       = (SELECT p.name, p.provider, p.active, p.input_cost_per_1k, p.output_cost_per_1k, p.max_context_tokens,
                 p.max_output_tokens, p.config FROM jsonb_populate_record(m, $2::jsonb) AS p)
   WHERE m.id = $1 RETURNING )" RAPT_MODEL_COLUMNS};
constexpr store::Statement kDelete{"quota.model_delete", "DELETE FROM ai_models WHERE id = $1"};
constexpr store::Statement kUsers{"quota.model_users", R"(
  SELECT CASE WHEN c.id IS NOT NULL THEN 'the class ' || c.name WHEN g.id IS NOT NULL THEN g.name ELSE 'the system' END AS place
    FROM ai_settings s LEFT JOIN groups g ON g.id = s.group_id LEFT JOIN classes c ON c.id = s.class_id
   WHERE s.default_model = $1 OR $1 = ANY (s.fallback_models) ORDER BY 1 LIMIT 11)"};

constexpr std::size_t kMostNamed = 10;

Model model_of(const store::Row& row) {
  Model model;
  model.id = row.text("id");
  model.name = row.text("name");
  model.provider = row.text("provider");
  model.active = row.boolean("active");
  model.input_cost_per_1k = row.optional_text("input_cost");
  model.output_cost_per_1k = row.optional_text("output_cost");
  model.max_context_tokens = optional_integer(row, "max_context_tokens");
  model.max_output_tokens = optional_integer(row, "max_output_tokens");
  model.config_json = row.text("config");
  model.created_at = row.time("created_at");
  model.updated_at = row.time("updated_at");
  return model;
}

Result<Model> one(const Result<store::Rows>& rows) {
  if (!rows) return rows.error();
  if (rows->empty()) return Error::not_found("model");
  return model_of((*rows)[0]);
}

/// Both prices or neither, as the model would have them.
std::vector<FieldError> price_faults(const Changes& changes, const Model& before) {
  const auto known = [&](const char* field, const std::optional<std::string>& present) {
    const auto given = changes.values.find(field);
    return given == changes.values.end() ? present.has_value() : given->second != "null";
  };
  const bool input = known("input_cost_per_1k", before.input_cost_per_1k);
  const bool output = known("output_cost_per_1k", before.output_cost_per_1k);
  if (input == output) return {};
  return {{input ? "output_cost_per_1k" : "input_cost_per_1k", "is needed beside the other price, or neither of them"}};
}

Result<Model> write(store::Transaction& tx, const Model& before, const Changes& changes) {
  const auto patch = checked(changes, fields_of_model(), price_faults(changes, before));
  if (!patch) return patch.error();
  return one(tx.exec(kWrite, params(before.id, *patch)));
}

Result<Model> locked(store::Transaction& tx, const std::string& id, const std::optional<TimePoint>& expected) {
  auto found = one(tx.exec(kLock, params(id)));
  if (!found) return found;
  RAPT_TRY(check_fresh(expected, found->updated_at));
  return found;
}

Result<Model> add(store::Transaction& tx, const std::string& id, const Changes& changes) {
  const auto made = tx.exec(kInsert, params(id));
  if (!made) return made.error();
  if (made->affected() == 0) return Error::conflict("There is a model with this id already.");
  Model fresh;
  fresh.id = id;
  return write(tx, fresh, changes);
}

Result<void> remove(store::Transaction& tx, const std::string& id, const std::optional<TimePoint>& expected) {
  const auto found = locked(tx, id, expected);
  if (!found) return found.error();
  const auto users = tx.exec(kUsers, params(id));
  if (!users) return users.error();
  std::string places;
  for (std::size_t i = 0; i < users->size() && i < kMostNamed; ++i)
    places += (i == 0 ? "" : ", ") + (*users)[i].text("place");
  if (users->size() > kMostNamed) places += " and others";
  if (!places.empty())
    return Error::conflict("This model is the default or a fallback of " + places +
                           ": choose another there first, or deactivate it instead.");
  RAPT_TRY(tx.exec(kDelete, params(id)));
  return {};
}

}  // namespace

Task<Result<std::vector<Model>>> Administration::models(bool active_only) {
  const auto rows = co_await database_.query(kAll, params(active_only));
  if (!rows) co_return rows.error();
  std::vector<Model> all;
  for (std::size_t i = 0; i < rows->size(); ++i) all.push_back(model_of((*rows)[i]));
  co_return all;
}

Task<Result<Model>> Administration::model(std::string id) {
  const auto rows = co_await database_.query(kOne, params(id));
  co_return one(rows);
}

Task<Result<Model>> Administration::add_model(std::string id, Changes changes) {
  if (!is_model_id(id))
    changes.faults.push_back({"id", "must be the gateway's name of the model: letters, digits and . _ : / @ + -"});
  if (!changes.values.contains("name"))
    changes.values.emplace("name", json(id).dump(-1, ' ', false, json::error_handler_t::replace));
  if (!changes.faults.empty()) {
    const auto patch = checked(changes, fields_of_model(), price_faults(changes, {}));
    co_return patch.error();
  }
  auto adding = [id = std::move(id), changes = std::move(changes)](store::Transaction& tx) {
    return add(tx, id, changes);
  };
  co_return co_await database_.transaction(std::move(adding));
}

Task<Result<Model>> Administration::change_model(std::string id, Changes changes, std::optional<TimePoint> expected) {
  auto changing = [id = std::move(id), changes = std::move(changes),
                   expected](store::Transaction& tx) -> Result<Model> {
    const auto before = locked(tx, id, expected);
    if (!before) return before.error();
    return write(tx, *before, changes);
  };
  co_return co_await database_.transaction(std::move(changing));
}

Task<Result<void>> Administration::remove_model(std::string id, std::optional<TimePoint> expected) {
  auto removing = [id = std::move(id), expected](store::Transaction& tx) { return remove(tx, id, expected); };
  co_return co_await database_.transaction(std::move(removing));
}

}  // namespace rapt::quota
