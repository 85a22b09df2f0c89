// SPDX-License-Identifier: AGPL-3.0-or-later
#include <algorithm>

#include <nlohmann/json.hpp>

#include "handlers.hpp"
#include "parameters.hpp"
#include "rapt/api/body.hpp"
#include "rapt/base/log.hpp"
#include "rapt/base/text.hpp"
#include "rapt/quota/administration.hpp"
#include "versions.hpp"
#include "views.hpp"

namespace rapt::api {
namespace {

using nlohmann::json;
using quota::Changes;

template <class T>
json or_null(const std::optional<T>& value) {
  return value ? json(*value) : json(nullptr);
}

json view(const quota::Model& model) {
  return {{"id", model.id},
          {"name", model.name},
          {"provider", model.provider},
          {"active", model.active},
          {"input_cost_per_1k", or_null(model.input_cost_per_1k)},
          {"output_cost_per_1k", or_null(model.output_cost_per_1k)},
          {"max_context_tokens", or_null(model.max_context_tokens)},
          {"max_output_tokens", or_null(model.max_output_tokens)},
          {"config", stored_json(model.config_json)},
          {"created_at", to_rfc3339(model.created_at)},
          {"updated_at", to_rfc3339(model.updated_at)}};
}

/// What a tool's author has to know.
json short_view(const quota::Model& model) {
  return {{"id", model.id},
          {"name", model.name},
          {"provider", model.provider},
          {"max_context_tokens", or_null(model.max_context_tokens)},
          {"max_output_tokens", or_null(model.max_output_tokens)}};
}

json view(const quota::Settings& settings) {
  auto out = stored_json(settings.document_json);
  const bool said = settings.updated_at != TimePoint{};
  out["updated_at"] = said ? json(to_rfc3339(settings.updated_at)) : json(nullptr);
  return out;
}

json view(const quota::Source& source) {
  const auto or_nothing = [](const std::string& text) { return text.empty() ? json(nullptr) : json(text); };
  return {{"kind", source.kind}, {"id", or_nothing(source.id)}, {"name", or_nothing(source.name)}};
}

json view(const quota::LimitInForce& limit) {
  return {{"name", limit.name},
          {"value", limit.value},
          {"used", or_null(limit.used)},
          {"reserved", or_null(limit.reserved)},
          {"resets_at", limit.resets_at ? json(to_rfc3339(*limit.resets_at)) : json(nullptr)},
          {"source", view(limit.source)}};
}

json view(const quota::Resolved& resolved) {
  json limits = json::array();
  for (const auto& limit : resolved.limits) limits.push_back(view(limit));
  json model = nullptr;
  if (!resolved.model.empty()) model = {{"id", resolved.model}, {"source", view(resolved.model_source)}};
  return {{"model", std::move(model)},
          {"problem", resolved.problem.empty() ? json(nullptr) : json(resolved.problem)},
          {"fallback_models", resolved.fallback_models},
          {"limits", std::move(limits)},
          {"time_zone", resolved.time_zone}};
}

/// Few enough to page through in memory; `cursor` is the last id of the page before.
Result<Answer> page_of_models(const Call& call, const std::vector<quota::Model>& all,
                              json (*shown)(const quota::Model&)) {
  const auto wanted = page_of(call);
  if (!wanted) return wanted.error();
  auto from = all.begin();
  if (!wanted->cursor.empty()) {
    from = std::find_if(all.begin(), all.end(), [&](const auto& model) { return model.id == wanted->cursor; });
    if (from == all.end()) return Error::invalid("cursor", "is not one that this list has answered");
    ++from;
  }
  const auto count = std::min<std::ptrdiff_t>(wanted->limit, all.end() - from);
  json items = json::array();
  for (auto model = from; model != from + count; ++model) items.push_back(shown(*model));
  const bool more = from + count != all.end();
  return Answer(list_reply(std::move(items), more ? std::optional((from + count - 1)->id) : std::nullopt));
}

Changes changes_of(Body& body, const std::vector<std::string>& fields) {
  Changes changes;
  for (const auto& name : fields) {
    if (auto value = body.optional_json(name)) changes.values.emplace(name, std::move(*value));
  }
  if (auto fault = body.fault()) changes.faults = std::move(fault->fields);
  return changes;
}

/// The id of a model is one segment of the path, in which its slashes stay encoded.
std::string model_id(const Call& call) {
  const auto found = call.request.path_parameters.find("id");
  std::string id = found == call.request.path_parameters.end() ? "" : found->second;
  constexpr std::string_view kSlash = "%2F";
  for (auto at = id.find(kSlash); at != std::string::npos; at = id.find(kSlash, at + 1))
    id.replace(at, kSlash.size(), "/");
  return id;
}

std::string in_path(const std::string& id) {
  std::string out;
  for (const char c : id) out += c == '/' ? std::string("%2F") : std::string(1, c);
  return out;
}

void note(const Call& call, const char* what, const std::string& about, const char* change) {
  log::info(
      what,
      {{"about", printable(about)}, {"change", change}, {"by", call.actor.id.str()}, {"request_id", call.request.id}});
}

Answer reply(const quota::Model& model, int status = 200) {
  auto response = with_version(data_reply(view(model), status), model.updated_at);
  if (status == 201) response.headers.set("Location", "/api/v1/admin/ai/models/" + in_path(model.id));
  return response;
}

Task<Result<Answer>> get_settings(Call& call, quota::Place place) {
  const auto found = co_await call.services.ai.settings(call.actor, std::move(place));
  if (!found) co_return found.error();
  co_return with_version(data_reply(view(*found)), found->updated_at);
}

Task<Result<Answer>> patch_settings(Call& call, quota::Place place) {
  const auto expected = expected_version(call);
  if (!expected) co_return expected.error();
  auto body = Body::parse(call.request);
  if (!body) co_return body.error();
  auto changes = changes_of(*body, quota::settings_fields(!place.class_id.empty()));
  const auto about = !place.class_id.empty() ? place.class_id.str() : place.group.str();
  const auto changed =
      co_await call.services.ai.change_settings(call.actor, std::move(place), std::move(changes), *expected);
  if (!changed) co_return changed.error();
  note(call, "ai.settings_changed", about, "changed");
  co_return with_version(data_reply(view(*changed)), changed->updated_at);
}

Task<Result<Answer>> get_resolved(Call& call, quota::Place place) {
  const auto found = co_await call.services.ai.resolved(call.actor, std::move(place));
  if (!found) co_return found.error();
  co_return data_reply(view(*found));
}

Result<quota::Place> group_place(const Call& call) {
  const auto id = path_id<GroupId>(call, "group");
  if (!id) return id.error();
  return quota::Place{.group = *id};
}

Result<quota::Place> class_place(const Call& call) {
  const auto id = path_id<ClassId>(call, "class");
  if (!id) return id.error();
  return quota::Place{.class_id = *id};
}

}  // namespace

Task<Result<Answer>> get_offered_models(Call& call) {
  if (!call.actor.teaches_anything() && !call.actor.administers_anything())
    co_return Error::forbidden("The models are for those who write tools.");
  const auto all = co_await call.services.ai.models(true);
  if (!all) co_return all.error();
  co_return page_of_models(call, *all, short_view);
}

Task<Result<Answer>> get_ai_models(Call& call) {
  const auto all = co_await call.services.ai.models(false);
  if (!all) co_return all.error();
  co_return page_of_models(call, *all, view);
}

Task<Result<Answer>> get_ai_model(Call& call) {
  const auto model = co_await call.services.ai.model(model_id(call));
  if (!model) co_return model.error();
  co_return reply(*model);
}

Task<Result<Answer>> post_ai_model(Call& call) {
  auto body = Body::parse(call.request);
  if (!body) co_return body.error();
  auto id = body->text("id", 200);
  auto changes = changes_of(*body, quota::model_fields());
  const auto model = co_await call.services.ai.add_model(std::move(id), std::move(changes));
  if (!model) co_return model.error();
  note(call, "ai.model_changed", model->id, "added");
  co_return reply(*model, 201);
}

Task<Result<Answer>> patch_ai_model(Call& call) {
  const auto expected = expected_version(call);
  if (!expected) co_return expected.error();
  auto body = Body::parse(call.request);
  if (!body) co_return body.error();
  auto changes = changes_of(*body, quota::model_fields());
  const auto model = co_await call.services.ai.change_model(model_id(call), std::move(changes), *expected);
  if (!model) co_return model.error();
  note(call, "ai.model_changed", model->id, "changed");
  co_return reply(*model);
}

Task<Result<Answer>> delete_ai_model(Call& call) {
  const auto expected = expected_version(call);
  if (!expected) co_return expected.error();
  RAPT_CO_TRY(co_await call.services.ai.remove_model(model_id(call), *expected));
  note(call, "ai.model_changed", model_id(call), "deleted");
  co_return no_content();
}

Task<Result<Answer>> get_ai_settings(Call& call) {
  return get_settings(call, {});
}

Task<Result<Answer>> patch_ai_settings(Call& call) {
  return patch_settings(call, {});
}

Task<Result<Answer>> get_group_ai_settings(Call& call) {
  auto place = group_place(call);
  if (!place) co_return place.error();
  co_return co_await get_settings(call, std::move(*place));
}

Task<Result<Answer>> patch_group_ai_settings(Call& call) {
  auto place = group_place(call);
  if (!place) co_return place.error();
  co_return co_await patch_settings(call, std::move(*place));
}

Task<Result<Answer>> get_class_ai_settings(Call& call) {
  auto place = class_place(call);
  if (!place) co_return place.error();
  co_return co_await get_settings(call, std::move(*place));
}

Task<Result<Answer>> get_resolved_ai_settings(Call& call) {
  return get_resolved(call, {});
}

Task<Result<Answer>> get_group_resolved_ai_settings(Call& call) {
  auto place = group_place(call);
  if (!place) co_return place.error();
  co_return co_await get_resolved(call, std::move(*place));
}

Task<Result<Answer>> get_class_resolved_ai_settings(Call& call) {
  auto place = class_place(call);
  if (!place) co_return place.error();
  co_return co_await get_resolved(call, std::move(*place));
}

Task<Result<Answer>> patch_class_ai_settings(Call& call) {
  auto place = class_place(call);
  if (!place) co_return place.error();
  co_return co_await patch_settings(call, std::move(*place));
}

}  // namespace rapt::api
