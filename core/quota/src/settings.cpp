// SPDX-License-Identifier: AGPL-3.0-or-later
#include <algorithm>
#include <utility>

#include "fields.hpp"
#include "places.hpp"
#include "rapt/quota/administration.hpp"
#include "rapt/store/database.hpp"
#include "stale.hpp"

namespace rapt::quota {
namespace {

using store::params;

#define RAPT_SETTINGS_AT " s.group_id IS NOT DISTINCT FROM $1::uuid AND s.class_id IS NOT DISTINCT FROM $2::uuid"

// Built from a row of NULLs where nothing has been said. Money and shares are text, so that no reader rounds them.
constexpr store::Statement kRead{"quota.settings", R"(
  SELECT coalesce(s.updated_at, 'epoch'::timestamptz) AS updated_at, json_build_object(
           'default_model', s.default_model, 'fallback_models', coalesce(s.fallback_models, '{}'),
           'user_requests_per_minute', s.user_requests_per_minute, 'user_requests_per_hour', s.user_requests_per_hour,
           'user_requests_per_day', s.user_requests_per_day, 'requests_per_minute', s.requests_per_minute,
           'requests_per_hour', s.requests_per_hour, 'requests_per_day', s.requests_per_day, 'tokens_per_day', s.tokens_per_day,
           'daily_budget', trim_scale(s.daily_budget)::text, 'monthly_budget', trim_scale(s.monthly_budget)::text,
           'budget_alert_threshold', trim_scale(s.budget_alert_threshold)::text, 'soft_limit', trim_scale(s.soft_limit)::text,
           'max_output_tokens', s.max_output_tokens, 'time_zone', s.time_zone, 'config', coalesce(s.config, '{}'))::text AS document
    FROM (VALUES (1)) AS once LEFT JOIN ai_settings s ON)" RAPT_SETTINGS_AT};
constexpr store::Statement kLockSettings{"quota.settings_lock",
                                         "SELECT s.updated_at FROM ai_settings s WHERE" RAPT_SETTINGS_AT " FOR UPDATE"};
constexpr store::Statement kInsertSettings{
    "quota.settings_insert",
    "INSERT INTO ai_settings (group_id, class_id) VALUES ($1::uuid, $2::uuid) ON CONFLICT DO NOTHING"};
// What was not limited has not been counted: a limit that is new starts from the ledger.
constexpr store::Statement kRecount{"quota.settings_recount", R"(
  WITH wanted AS (SELECT s.id, s.daily_budget IS NULL AND s.tokens_per_day IS NULL AS day, s.monthly_budget IS NULL AS month
                    FROM ai_settings s WHERE)" RAPT_SETTINGS_AT R"(),
  held AS MATERIALIZED (
    SELECT p.* FROM ai_spending p JOIN wanted w ON w.id = p.settings_id AND CASE p.period WHEN 'day' THEN w.day ELSE w.month END
     WHERE p.starts_on >= $3::date ORDER BY p.settings_id, p.period, p.starts_on FOR UPDATE OF p)
  UPDATE ai_spending p SET cost = spent.cost, tokens = spent.tokens
    FROM held h CROSS JOIN LATERAL
         spent_at(h.settings_id, h.starts_on, (h.starts_on + ('1 ' || h.period::text)::interval)::date) AS spent
   WHERE p.settings_id = h.settings_id AND p.period = h.period AND p.starts_on = h.starts_on)"};
constexpr store::Statement kWriteSettings{"quota.settings_write", R"(
  UPDATE ai_settings s SET (default_model, fallback_models, user_requests_per_minute, user_requests_per_hour,
                            user_requests_per_day, requests_per_minute, requests_per_hour, requests_per_day, tokens_per_day,
                            daily_budget, monthly_budget, budget_alert_threshold, soft_limit, max_output_tokens, time_zone, config)
       = (SELECT p.default_model, p.fallback_models, p.user_requests_per_minute, p.user_requests_per_hour,
                 p.user_requests_per_day, p.requests_per_minute, p.requests_per_hour, p.requests_per_day, p.tokens_per_day,
                 p.daily_budget, p.monthly_budget, p.budget_alert_threshold, p.soft_limit, p.max_output_tokens, p.time_zone,
                 p.config FROM jsonb_populate_record(s, $3::jsonb) AS p)
   WHERE)" RAPT_SETTINGS_AT};
constexpr store::Statement kInactive{"quota.inactive", R"(
  SELECT named.id FROM unnest($1::text[]) AS named (id)
   WHERE NOT EXISTS (SELECT FROM ai_models m WHERE m.id = named.id AND m.active))"};
constexpr store::Statement kZone{
    "quota.zone", "SELECT EXISTS (SELECT FROM pg_timezone_names WHERE name = $1::jsonb #>> '{}') AS known"};

constexpr std::chrono::days kLongestPeriod{32};

Result<Settings> read(store::Transaction& tx, const Place& place) {
  const auto rows = tx.exec(kRead, params(place.group, place.class_id));
  if (!rows) return rows.error();
  return Settings{(*rows)[0].text("document"), (*rows)[0].time("updated_at")};
}

/// What only the database knows to be wrong.
Result<std::vector<FieldError>> unknown_names(store::Transaction& tx, const Changes& changes) {
  std::vector<FieldError> faults;
  const auto named = models_named(changes);
  std::vector<std::string> ids;
  for (const auto& [path, id] : named) {
    if (is_model_id(id)) ids.push_back(id);
  }
  const auto inactive = tx.exec(kInactive, store::Params().add_array(ids));
  if (!inactive) return inactive.error();
  for (const auto& [path, id] : named) {
    for (std::size_t i = 0; i < inactive->size(); ++i) {
      if ((*inactive)[i].text("id") != id) continue;
      faults.push_back({path, "is not an active model: see the list of models"});
      break;
    }
  }
  const auto zone = changes.values.find("time_zone");
  if (zone == changes.values.end() || zone->second == "null" || zone->second.find('\\') != std::string::npos)
    return faults;
  const auto known = tx.exec(kZone, params(zone->second));
  if (!known) return known.error();
  if (!(*known)[0].boolean("known")) faults.push_back({"time_zone", "is not a time zone that the database knows"});
  return faults;
}

/// Each path once: a value that has the wrong form is not also unknown.
Result<std::string> patch_of(store::Transaction& tx, const Place& place, const Changes& changes) {
  auto faults = unknown_names(tx, changes);
  if (!faults) return faults.error();
  const auto form = checked(changes, fields_of_settings());
  if (!form) {
    const auto& wrong = form.error().fields;
    std::erase_if(*faults, [&](const FieldError& one) {
      return std::any_of(wrong.begin(), wrong.end(), [&](const FieldError& other) { return other.path == one.path; });
    });
  }
  auto all = *faults;
  for (const auto& [name, value] : changes.values) {
    const auto may = settings_fields(!place.class_id.empty());
    if (std::find(may.begin(), may.end(), name) == may.end()) all.push_back({name, "is not for a class to set"});
  }
  return checked(changes, fields_of_settings(), std::move(all));
}

Result<Settings> change(store::Transaction& tx, const identity::Actor& actor, const Place& place,
                        const Changes& changes, const std::optional<TimePoint>& expected, TimePoint now) {
  RAPT_TRY(check_place(tx, actor, place));
  const auto patch = patch_of(tx, place, changes);
  if (!patch) return patch.error();
  const auto lock = tx.exec(kLockSettings, params(place.group, place.class_id));
  if (!lock) return lock.error();
  RAPT_TRY(check_fresh(expected, lock->empty() ? TimePoint{} : (*lock)[0].time("updated_at")));
  if (lock->empty()) RAPT_TRY(tx.exec(kInsertSettings, params(place.group, place.class_id)));
  const auto since = to_rfc3339(now - kLongestPeriod).substr(0, 10);
  RAPT_TRY(tx.exec(kRecount, params(place.group, place.class_id, since)));
  RAPT_TRY(tx.exec(kWriteSettings, params(place.group, place.class_id, *patch)));
  return read(tx, place);
}

}  // namespace

Task<Result<Settings>> Administration::settings(identity::Actor actor, Place place) {
  auto reading = [actor = std::move(actor), place = std::move(place)](store::Transaction& tx) -> Result<Settings> {
    RAPT_TRY(check_place(tx, actor, place));
    return read(tx, place);
  };
  co_return co_await database_.transaction(std::move(reading));
}

Task<Result<Settings>> Administration::change_settings(identity::Actor actor, Place place, Changes changes,
                                                       std::optional<TimePoint> expected) {
  const auto now = clock_.now();
  auto changing = [actor = std::move(actor), place = std::move(place), changes = std::move(changes), expected,
                   now](store::Transaction& tx) { return change(tx, actor, place, changes, expected, now); };
  co_return co_await database_.transaction(std::move(changing));
}

}  // namespace rapt::quota
