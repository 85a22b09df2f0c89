// SPDX-License-Identifier: AGPL-3.0-or-later
#include <nlohmann/json.hpp>

#include "csv.hpp"
#include "handlers.hpp"
#include "module_handlers.hpp"
#include "parameters.hpp"
#include "rapt/base/log.hpp"
#include "rapt/usage/reports.hpp"
#include "usage_csv.hpp"
#include "views.hpp"

namespace rapt::api {
namespace {

using nlohmann::json;
using usage::Dimension;

constexpr std::size_t kMaxModel = 200, kMaxModule = 63;
constexpr int kExportPage = 1000;

usage::Reports reports_of(const Call& call) {
  return {call.services.database, call.services.clock};
}

/// One of the known words in the query; "" when it is not there.
Result<std::string> query_word(const Call& call, const std::string& name, std::initializer_list<const char*> known) {
  const auto text = call.request.query_value(name);
  if (!text) return std::string();
  std::string all;
  for (const char* one : known) {
    if (*text == one) return *text;
    all += (all.empty() ? "" : ", ") + std::string(one);
  }
  return Error::invalid(name, "must be one of " + all);
}

template <class IdType>
Result<void> read_id(const Call& call, const char* name, IdType& into) {
  const auto id = query_id<IdType>(call, name);
  if (!id) return id.error();
  into = id->value_or(IdType{});
  return {};
}

Result<void> read_word(const Call& call, const char* name, std::initializer_list<const char*> known,
                       std::string& into) {
  auto word = query_word(call, name, known);
  if (!word) return word.error();
  into = std::move(*word);
  return {};
}

Result<usage::Filter> filter_of(const Call& call) {
  usage::Filter out;
  const auto& request = call.request;
  auto days = usage::parse_days(request.query_value("from").value_or(""), request.query_value("to").value_or(""),
                                call.services.clock.now());
  if (!days) return days.error();
  out.days = std::move(*days);
  RAPT_TRY(read_id(call, "group_id", out.group));
  RAPT_TRY(read_id(call, "class_id", out.class_id));
  RAPT_TRY(read_id(call, "user_id", out.user));
  RAPT_TRY(read_id(call, "tool_id", out.tool));
  RAPT_TRY(read_word(call, "request_type", {"chat", "product", "module", "embedding"}, out.request_type));
  RAPT_TRY(read_word(call, "outcome", {"answered", "blocked", "failed", "abandoned"}, out.outcome));
  std::string descendants;
  RAPT_TRY(read_word(call, "descendants", {"true", "false"}, descendants));
  out.descendants = descendants != "false";
  auto model = query_text(call, "model", kMaxModel);
  if (!model) return model.error();
  out.model = std::move(*model);
  auto module = query_text(call, "module", kMaxModule);
  if (!module) return module.error();
  out.module = std::move(*module);
  return out;
}

json id_or_null(const std::string& id) {
  return id.empty() ? json(nullptr) : json(id);
}

json named(const std::string& id, const std::string& name) {
  return id.empty() ? json(nullptr) : json{{"id", id}, {"name", name}};
}

json view(const usage::Figures& figures) {
  return {{"requests", figures.requests},
          {"unanswered", figures.unanswered},
          {"estimated", figures.estimated},
          {"unpriced", figures.unpriced},
          {"input_tokens", figures.input_tokens},
          {"output_tokens", figures.output_tokens},
          {"total_tokens", figures.input_tokens + figures.output_tokens},
          {"cost", figures.cost},
          {"latency_ms", figures.latency_ms}};
}

json view(const usage::Entry& entry) {
  return {{"id", entry.id},
          {"at", to_rfc3339(entry.at)},
          {"day", entry.day},
          {"user_id", id_or_null(entry.user.str())},
          {"group", named(entry.group.str(), entry.group_name)},
          {"class", named(entry.class_id.str(), entry.class_name)},
          {"tool", named(entry.tool.str(), entry.tool_name)},
          {"session_id", id_or_null(entry.session.str())},
          {"run_id", id_or_null(entry.run.str())},
          {"assignment_id", id_or_null(entry.assignment.str())},
          {"module", id_or_null(entry.module)},
          {"model", entry.model},
          {"request_type", entry.request_type},
          {"outcome", entry.outcome},
          {"input_tokens", entry.input_tokens},
          {"output_tokens", entry.output_tokens},
          {"total_tokens", entry.input_tokens + entry.output_tokens},
          {"estimated", entry.estimated},
          {"cost", entry.cost ? json(*entry.cost) : json(nullptr)},
          {"latency_ms", entry.latency_ms ? json(*entry.latency_ms) : json(nullptr)}};
}

http::Response with_meta(json data, json meta) {
  http::Response response;
  response.headers.set("Content-Type", "application/json");
  response.body = dump({{"data", std::move(data)}, {"meta", std::move(meta)}});
  return response;
}

json meta_of(const usage::Days& days, TimePoint as_of) {
  return {{"from", days.from}, {"to", days.to}, {"as_of", to_rfc3339(as_of)}, {"currency", "USD"}};
}

Task<Result<Answer>> shares(Call& call, Dimension dimension, const char* key) {
  const auto filter = filter_of(call);
  if (!filter) co_return filter.error();
  const auto wanted = page_of(call);
  if (!wanted) co_return wanted.error();
  auto reports = reports_of(call);
  const auto found = co_await reports.by(call.actor, dimension, *filter, wanted->limit, wanted->cursor);
  if (!found) co_return found.error();
  json items = json::array();
  for (const auto& share : found->items) {
    auto item = view(share.figures);
    item[key] = id_or_null(share.key);
    if (dimension != Dimension::kDay) item["name"] = share.name ? json(*share.name) : json(nullptr);
    items.push_back(std::move(item));
  }
  auto meta = meta_of(filter->days, found->as_of);
  meta["next_cursor"] = found->next_cursor ? json(*found->next_cursor) : json(nullptr);
  co_return with_meta(std::move(items), std::move(meta));
}

}  // namespace

Task<Result<Answer>> get_usage(Call& call) {
  const auto filter = filter_of(call);
  if (!filter) co_return filter.error();
  const auto wanted = page_of(call);
  if (!wanted) co_return wanted.error();
  auto reports = reports_of(call);
  const auto found = co_await reports.list(call.actor, *filter, wanted->limit, wanted->cursor);
  if (!found) co_return found.error();
  json items = json::array();
  for (const auto& entry : found->items) items.push_back(view(entry));
  co_return list_reply(std::move(items), found->next_cursor);
}

Task<Result<Answer>> get_usage_summary(Call& call) {
  const auto filter = filter_of(call);
  if (!filter) co_return filter.error();
  auto reports = reports_of(call);
  const auto found = co_await reports.summary(call.actor, *filter);
  if (!found) co_return found.error();
  auto data = view(found->figures);
  data["before"] = view(found->before);
  data["before"]["from"] = found->before_days.from;
  data["before"]["to"] = found->before_days.to;
  co_return with_meta(std::move(data), meta_of(filter->days, found->as_of));
}

Task<Result<Answer>> get_usage_by_group(Call& call) {
  return shares(call, Dimension::kGroup, "group_id");
}
Task<Result<Answer>> get_usage_by_user(Call& call) {
  return shares(call, Dimension::kUser, "user_id");
}
Task<Result<Answer>> get_usage_by_model(Call& call) {
  return shares(call, Dimension::kModel, "model");
}
Task<Result<Answer>> get_usage_by_tool(Call& call) {
  return shares(call, Dimension::kTool, "tool_id");
}
Task<Result<Answer>> get_usage_by_module(Call& call) {
  return shares(call, Dimension::kModule, "module");
}
Task<Result<Answer>> get_usage_by_day(Call& call) {
  return shares(call, Dimension::kDay, "day");
}

Task<Result<Answer>> get_usage_export(Call& call) {
  const auto filter = filter_of(call);
  if (!filter) co_return filter.error();
  auto reports = reports_of(call);
  auto page = co_await reports.list(call.actor, *filter, kExportPage, "", true);
  if (!page) co_return page.error();
  log::info("usage.exported", {{"by", call.actor.id.str()}, {"request_id", call.request.id}});
  auto headers = csv_headers("ai-usage-" + filter->days.from + "-" + filter->days.to + ".csv");
  const auto more = [&](std::string cursor) {
    return reports.list(call.actor, *filter, kExportPage, std::move(cursor), true);
  };
  co_await stream_csv(call, std::move(headers), usage_csv_header(), std::move(*page), more, usage_csv);
  co_return Answer{};
}

}  // namespace rapt::api
